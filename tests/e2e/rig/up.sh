#!/usr/bin/env bash
# Brings up etcd, kube-apiserver, kwok, fakelet and one fake node on free loopback ports; loads CRDs and catalog.
#   T     folder for state, logs and keys; made anew (several rigs run side by side, each with its own)
#   RIG   what build.sh made: bin/ kwok/ cm/          default: build.sh is run
#   CRDS  folder of KubeDB's CRDs                      default: none, the stand-ins
#   STAND_INS  folder of CRDs that stand in for them  default: none, cert-manager's only
#   KCM=1 kube-controller-manager too (namespace deletion, GC, ServiceAccounts, StatefulSets, PDBs); CM=1 cert-manager too
#   APISERVER_FLAGS  e.g. "--min-request-timeout=5"
# Then: . $T/env     End: down.sh with the same T
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
RIG=${RIG:-$("$here/build.sh")}
KCM=${KCM:-0} CM=${CM:-0} CRDS=${CRDS:+$(realpath "$CRDS")} STAND_INS=${STAND_INS:+$(realpath "$STAND_INS")}
kubedb=${CRDS:-$STAND_INS}
bin=$RIG/bin
export T=${T:?a folder for the state of the rig} PATH="$bin:$PATH"
if [ -e "$T/pids" ]; then
  echo "rig: already up in $T; down.sh first" >&2
  exit 1
fi
rm -rf "$T"
mkdir -p "$T"
chmod 700 "$T"
T=$(realpath "$T")
cd "$T"
: >pids

start=$(date +%s%N)
say() {
  local tenths=$((($(date +%s%N) - start) / 100000000))
  echo "rig: $((tenths / 10)).$((tenths % 10)) s $*"
}
die() {
  echo "rig: $*" >&2
  "$here/down.sh" >&2
  exit 1
}
trap 'die "up.sh failed at line $LINENO"' ERR

read -r etcd_port peer_port api_port kwok_port manager_port kubelet_port < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(6)]
[s.bind(("127.0.0.1", 0)) for s in sockets]
print(*[s.getsockname()[1] for s in sockets])')

# --- keys, certificates, kubeconfigs ---
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cert() { # name subject usage [san]
  key "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\n%s\n' "$3" "${4:+subjectAltName=$4}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}
key ca.key
openssl req -x509 -new -key ca.key -days 3650 -subj /CN=rig-ca -out ca.crt
cert apiserver /CN=kube-apiserver serverAuth DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.0.1
cert admin /O=system:masters/CN=admin clientAuth
key sa.key
openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
token=$(openssl rand -hex 16)
printf '%s\n' "$token,admin,1,\"system:masters\"" "dev-$token,dev,2,\"developers\"" >tokens.csv
kubeconfig() { # file user-yaml
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
current-context: rig
clusters: [{name: rig, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority-data: $(base64 -w0 ca.crt)}}]
contexts: [{name: rig, context: {cluster: rig, user: u, namespace: default}}]
users: [{name: u, user: {$2}}]
YAML
  chmod 600 "$1"
}
kubeconfig kubeconfig "token: $token"
kubeconfig dev.kubeconfig "token: dev-$token" # no rights until a test binds some
kubeconfig cert.kubeconfig "client-certificate-data: $(base64 -w0 admin.crt), client-key-data: $(base64 -w0 admin.key)"
export KUBECONFIG=$T/kubeconfig

# --- processes: name, pid and executable go to $T/pids, output to $T/<name>.log ---
spawn() {
  local name=$1
  shift
  nohup "$@" </dev/null >"$name.log" 2>&1 &
  echo "$name $! $(readlink -f "$1")" >>pids
}
ready() { # name url seconds [curl arguments]
  local name=$1 url=$2 end=$((SECONDS + $3)) pid
  shift 3
  pid=$(awk -v n="$name" '$1 == n { print $2 }' pids)
  until curl -sf --noproxy '*' -o /dev/null "$@" "$url"; do
    if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $end ]; then
      tail -n 5 "$name.log" >&2
      die "$name is not ready"
    fi
    sleep 0.1
  done
  say "$name"
}

spawn etcd "$bin/etcd" --name=rig --data-dir="$T/etcd" --unsafe-no-fsync --logger=zap --log-level=warn \
  --listen-client-urls="http://127.0.0.1:$etcd_port" --advertise-client-urls="http://127.0.0.1:$etcd_port" \
  --listen-peer-urls="http://127.0.0.1:$peer_port" --initial-advertise-peer-urls="http://127.0.0.1:$peer_port" \
  --initial-cluster="rig=http://127.0.0.1:$peer_port"
ready etcd "http://127.0.0.1:$etcd_port/health" 30

cat >audit.yaml <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, userGroups: ["system:nodes", "system:serviceaccounts"]}
- {level: None, users: ["system:apiserver"]}
- {level: None, nonResourceURLs: ["/*"]}
- {level: Metadata}
YAML
off=StorageObjectInUseProtection
[ "$KCM" = 1 ] || off+=,ServiceAccount
# shellcheck disable=SC2086  # APISERVER_FLAGS is several words
spawn kube-apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd_port" \
  --bind-address=127.0.0.1 --secure-port="$api_port" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
  --tls-cert-file="$T/apiserver.crt" --tls-private-key-file="$T/apiserver.key" --client-ca-file="$T/ca.crt" \
  --service-cluster-ip-range=10.0.0.0/24 --allow-privileged=true \
  --service-account-issuer=https://localhost/ --service-account-key-file="$T/sa.pub" \
  --service-account-signing-key-file="$T/sa.key" \
  --authorization-mode=RBAC --token-auth-file="$T/tokens.csv" --disable-admission-plugins=$off \
  --kubelet-preferred-address-types=InternalIP --audit-policy-file="$T/audit.yaml" --audit-log-path="$T/audit.log" \
  ${APISERVER_FLAGS:-}
ready kube-apiserver "https://127.0.0.1:$api_port/readyz" 90 --cacert ca.crt

# --- CRDs: a file name that comes twice (cert-manager's, abridged in CRDS) is taken from the first folder.
# Those in crds/ here are what else the simulated KubeDB needs, in outline. STALE_* are obsolete kinds.
# No `kubectl wait`: it asks for one after the other and is slow.
find "$RIG/cm/crds" ${kubedb:+"$kubedb"} "$here/crds" -name '*.yaml' ! -name 'STALE_*' | awk -F/ '!seen[$NF]++' >crds.list
# shellcheck disable=SC2016  # expanded by the inner shell
xargs -P4 -n6 sh -c 'for f; do printf " -f %s" "$f"; done | xargs kubectl create --validate=false' _ <crds.list >crds.log
want=$(wc -l <crds.list)
# shellcheck disable=SC2016  # a template's variable
established='{{$crd := .metadata.name}}{{range .status.conditions}}{{if and (eq .type "Established") (eq .status "True")}}{{$crd}}{{"\n"}}{{end}}{{end}}'
exec 3< <(exec timeout 30 kubectl get crd --watch -o go-template="$established")
watch=$!
declare -A have=()
while [ ${#have[@]} -lt "$want" ]; do
  read -r crd <&3 || die "${#have[@]} of $want CRDs established"
  have[$crd]=1
done
kill "$watch"
exec 3<&-
say "$want CRDs"

# --- kwok keeps nodes, pods and volumes alive; fakelet is the node's kubelet, what stands behind a pod is in its annotations
spawn kwok "$bin/kwok" --kubeconfig="$KUBECONFIG" --manage-all-nodes=true --cidr=10.244.0.0/16 --node-ip=127.0.0.1 \
  --node-port="$kubelet_port" --server-address="127.0.0.1:$kwok_port" --node-lease-duration-seconds=0 \
  --config="$RIG/kwok/stages.yaml"
controllers=namespace-controller,garbage-collector-controller,serviceaccount-controller,serviceaccount-token-controller
controllers+=,root-ca-certificate-publisher-controller,statefulset-controller,deployment-controller
controllers+=,replicaset-controller,job-controller,disruption-controller,endpointslice-controller
[ "$KCM" != 1 ] || spawn kube-controller-manager "$bin/kube-controller-manager" --kubeconfig="$KUBECONFIG" \
  --bind-address=127.0.0.1 --secure-port="$manager_port" --cert-dir="$T/kcm" \
  --service-account-private-key-file="$T/sa.key" --root-ca-file="$T/ca.crt" --use-service-account-credentials=false \
  --leader-elect=false --controllers="$controllers"
[ "$CM" != 1 ] || spawn cert-manager "$bin/cert-manager" --kubeconfig="$KUBECONFIG"
spawn fakelet "$bin/fakelet" --kubeconfig="$KUBECONFIG" --listen="127.0.0.1:$kubelet_port"
if [ -n "$kubedb" ]; then
  catalog=$kubedb/../catalog/mssqlserver
  [ -d "$catalog" ] || catalog=$here/../../../src/sandbox/operator/catalog
  kubectl create -f "$catalog" >catalog.log
fi
ready kwok "http://127.0.0.1:$kwok_port/healthz" 30
kubectl create -f - >node.log <<'YAML'
apiVersion: v1
kind: Node
metadata: {name: node-0, labels: {kubernetes.io/hostname: node-0, kubernetes.io/os: linux}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: kwok-volume, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kwok.x-k8s.io/volume
reclaimPolicy: Delete
allowVolumeExpansion: true
YAML
kubectl wait --for=condition=Ready --timeout=30s node/node-0 >>node.log
cat >"$T/env" <<ENV
export PATH='$bin':"\$PATH" KUBECONFIG='$T/kubeconfig' RIG_T='$T' RIG_CRDS='$CRDS'
export RIG_SERVER=https://127.0.0.1:$api_port RIG_TOKEN=$token RIG_ETCD=http://127.0.0.1:$etcd_port RIG_KUBELET=127.0.0.1:$kubelet_port
ENV
say "up: . $T/env"
