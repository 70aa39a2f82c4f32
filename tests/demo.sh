#!/usr/bin/env bash
# demo.sh FOLDER-OF-THE-BINARY: what the tool makes and what it refuses, command by command. Needs no cluster.
set -euo pipefail
PATH="$(realpath "$1"):$PATH"
export PATH KUBECONFIG=/nonexistent/kubeconfig
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

bold='' plain=''
[ ! -t 1 ] || bold=$'\033[1m' plain=$'\033[0m'
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# show EXIT-CODE COMMAND…: prints the command as one would type it, runs it, and insists on the exit code.
show() {
  local want=$1 code=0
  shift
  printf '\n$ kubectl dba %s\n' "$*"
  kubectl-dba "$@" || code=$?
  [ "$code" = 0 ] || printf '[exit code %s]\n' "$code"
  if [ "$code" != "$want" ]; then
    echo "demo: expected exit code $want" >&2
    exit 1
  fi
}
# keep FILE COMMAND…: the same with its result in FILE, which is then shown.
keep() {
  local file=$1
  shift
  printf '\n$ kubectl dba %s > %s\n' "$*" "$file"
  kubectl-dba "$@" >"$file"
  cat "$file"
}

say "The issuer every database needs: a CA in a Secret, and a cert-manager Issuer that signs with it."
keep issuer.yaml mssql generate issuer sales-ca --ca-secret sales-ca -n demo

say "An availability group of three, with two databases. Nothing is contacted: this can run in any CI job."
keep sales.yaml mssql generate sales -n demo --version 2025-cu0 --replicas 3 --databases agdb1,agdb2 \
  --issuer sales-ca --storage 10Gi --memory 4Gi --accept-eula

say "A manifest from Git is a base; flags are laid over it, and --set reaches every field."
show 0 mssql generate -f sales.yaml --replicas 5 --set 'spec.healthChecker.periodSeconds=20'

say "Everything that the webhook would refuse, and what it forgets, is found here, all at once."
show 2 mssql generate sales --version 2025-cu0 --replicas 12 --databases 'agdb1,AGDB1,master' --issuer sales-ca --storage 10Gi
show 2 mssql generate sales --version 2025-cu0 --topology standalone --replicas 3 --accept-eula --storage plenty

say "What is legal but unwise is said, not refused."
show 0 mssql generate sales --version 2025-cu0 --replicas 2 --databases agdb1 --issuer sales-ca --storage 10Gi \
  --edition Express --memory 1Gi --accept-eula

say "A slip of the finger."
show 2 mssql generat sales
show 2 mssql create sales --replica 3

say "Every outcome has a number that scripts can branch on."
show 0 exit-codes
