#!/usr/bin/env bash
# demo.sh FOLDER-OF-THE-BINARIES: what the tool does, command by command, on a simulated cluster of its own.
set -euo pipefail
PATH="$(realpath "$1"):$PATH"
export PATH
folder=$(mktemp -d)
export XDG_RUNTIME_DIR=$folder KUBECONFIG=/nonexistent/kubeconfig
trap 'kubectl-dba-sandbox down --all >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"

bold='' plain=''
[ ! -t 1 ] || bold=$'\033[1m' plain=$'\033[0m'
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# show EXIT-CODE COMMAND…: prints the command as one would type it, runs it, and insists on the exit code.
show() {
  local want=$1 code=0
  shift
  printf '\n$ %s\n' "$*"
  if [ "$1 $2" = 'kubectl dba' ]; then
    shift 2
    kubectl-dba "$@" || code=$?
  else
    "$@" || code=$?
  fi
  [ "$code" = 0 ] || printf '[exit code %s]\n' "$code"
  if [ "$code" != "$want" ]; then
    echo "demo: expected exit code $want" >&2
    exit 1
  fi
}

say "A manifest, correct the first time. Nothing is contacted: this can run in any CI job."
show 0 kubectl dba mssql generate sales -n demo --version 2025-cu0 --replicas 3 --databases agdb1,agdb2 \
  --issuer mssqlserver-ca-issuer --storage 10Gi --memory 4Gi --accept-eula

say "Everything that the webhook would refuse, and what it forgets, is found here, all at once."
show 2 kubectl dba mssql generate sales --version 2025-cu0 --replicas 12 --databases 'agdb1,AGDB1,master' \
  --issuer mssqlserver-ca-issuer --storage plenty

say "Now a cluster: simulated, in one process, with a KubeDB that behaves as documented."
# shellcheck disable=SC2016  # shown as it is typed
printf '\n$ eval "$(kubectl dba sandbox up --detach)"\n'
eval "$(kubectl-dba sandbox up --detach)"

say "The issuer every database needs: a CA made in memory, its Secret, and a cert-manager Issuer that signs with it."
show 0 kubectl dba mssql issuer create mssqlserver-ca-issuer --wait

say "An availability group of three. --wait ends when it serves, and tells what it is waiting for."
show 0 kubectl dba mssql create sales --replicas 3 --databases agdb1,agdb2 --issuer mssqlserver-ca-issuer \
  --storage 10Gi --accept-eula --wait
show 0 kubectl dba mssql list
show 0 kubectl dba mssql roles sales

say "The state that matters is inside SQL Server: every replica is asked, over a tunnel of its own."
show 0 kubectl dba mssql replicas sales
show 0 kubectl dba mssql query sales --database agdb1 \
  -Q "create table orders (id int primary key, item nvarchar(20)); insert into orders values (1, N'tea'), (2, N'coffee')"

primary=$(kubectl-dba mssql roles sales --primary -q)
say "The primary, $primary, goes away. Another replica takes over; SQL Server, labels and Services are compared."
if command -v kubectl >/dev/null; then
  show 0 kubectl delete pod "$primary" --wait=false
else
  show 0 kubectl dba sandbox fault set kill-process sales/primary times=1
fi
show 0 kubectl dba mssql wait sales --for="primary!=$primary" --timeout 60s
show 0 kubectl dba mssql wait sales --for=phase=Ready --timeout 60s
show 0 kubectl dba mssql roles sales
show 0 kubectl dba mssql replicas sales
show 0 kubectl dba mssql query sales --database agdb1 -Q "select * from orders"
say "What really happened, whatever the labels said at the time:"
show 0 kubectl dba sandbox truth sales

say "Clean-up says what it keeps and what it removes."
show 0 kubectl dba mssql delete sales --yes --wait
show 0 kubectl dba sandbox down
