#!/usr/bin/env bash
# Builds etcd, kube-apiserver, kube-controller-manager, kwok, cert-manager, kubectl and fakelet from Go modules into a
# cache folder keyed by everything that goes in, and prints that folder. With the result in the cache it does nothing;
# with an empty Go cache it takes five minutes on two cores and 4 GB of disk.
#   RIG   the result goes here instead of the cache
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=versions
. "$here/versions"
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
key=$({ cat "$here"/{build.sh,versions,go.mod,go.sum,tools.go,cmd/cert-manager/main.go,cmd/fakelet/main.go}; go version; } |
  sha256sum | cut -c1-16)
RIG=${RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-dba/rig/$key}
mkdir -p "$RIG"
exec 9>"$RIG/.lock"
flock 9 # a second build of the same rig waits for the first
if [ "$(cat "$RIG/.done" 2>/dev/null)" = "$key" ]; then
  echo "$RIG"
  exit 0
fi
echo "rig: building Kubernetes $KV, etcd $EV, kwok $WV and cert-manager $CV into $RIG" >&2
work=$RIG/work
rm -rf "$work"
mkdir -p "$RIG/bin" "$RIG/kwok" "$RIG/cm/crds" "$work"
cp -r "$here"/{go.mod,go.sum,tools.go,cmd} "$work"
cd "$work"

module_folder() { (cd / && GOFLAGS=-mod=mod go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
kwok=$(module_folder "sigs.k8s.io/kwok@v$WV")
cert_manager=$(module_folder "github.com/cert-manager/cert-manager@v$CV")
install -m 644 "$cert_manager"/deploy/crds/cert-manager.io_*.yaml "$RIG/cm/crds/"

# kwok's own stages, two of them with a delay that an annotation of the pod sets (<stage>.stage.kwok.x-k8s.io/delay: 3s),
# and one of ours that lets a volume claim grow.
delayed() {
  awk -v stage="$1" '/^  next:/ {
    print "  delay:\n    durationMilliseconds: 0\n    durationFrom:"
    printf "      expressionFrom: '"'"'.metadata.annotations[\"%s.stage.kwok.x-k8s.io/delay\"]'"'"'\n", stage
  } { print }' "$2"
}
stages=$kwok/kustomize/stage
{
  for stage in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-complete \
    volume/fast/pvc-provision volume/fast/pvc-delete volume/fast/pv-bind volume/fast/pv-delete; do
    echo ---
    cat "$stages/$stage.yaml"
  done
  for stage in pod-ready pod-delete; do
    echo ---
    delayed "$stage" "$stages/pod/fast/$stage.yaml"
  done
  cat <<'YAML'
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pvc-resize}
spec:
  resourceRef: {apiGroup: v1, kind: PersistentVolumeClaim}
  selector:
    matchExpressions:
    - cel: {expression: "!has(self.metadata.deletionTimestamp)"}
    - cel: {expression: "has(self.status.capacity) && self.status.phase == 'Bound' && self.status.capacity.storage != self.spec.resources.requests.storage"}
  steps:
  - patch:
      root: status
      subresource: status
      template: |
        capacity:
        {{ YAML .spec.resources.requests 1 }}
YAML
} >"$RIG/kwok/stages.yaml"

# Without these the servers call themselves v0.0.0-master.
flags="-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v$WV"
minor=${KV#1.}
minor=${minor%%.*}
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=v$KV -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitTreeState=clean"
  flags+=" -X $package.gitCommit=0000000000000000000000000000000000000000 -X $package.buildDate=2026-01-01T00:00:00Z"
done
build() {
  local start=$SECONDS
  nice go build -mod=readonly -buildvcs=false -trimpath -ldflags "$flags" -o "$RIG/bin/$1" "$2"
  echo "rig: built $1 in $((SECONDS - start)) s" >&2
}
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver # first: the others find most of their packages compiled
build etcd go.etcd.io/etcd/server/v3
build kwok sigs.k8s.io/kwok/cmd/kwok
build kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
build cert-manager ./cmd/cert-manager
build fakelet ./cmd/fakelet
build kubectl k8s.io/kubernetes/cmd/kubectl
cd "$RIG"
rm -rf "$work"
echo "$key" >.done
echo "$RIG"
