#!/usr/bin/env bash
# populate.sh DATABASES: fills the rig with that many availability groups, three pods each, in namespaces bench-0 … bench-9,
# labelled as KubeDB labels them; what is there already stays. Through curl, many requests at once: kubectl would take minutes.
set -euo pipefail
databases=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for n in 0 1 2 3 4 5 6 7 8 9; do
  kubectl get namespace "bench-$n" >/dev/null 2>&1 || kubectl create namespace "bench-$n" >/dev/null
done
for n in 0 1 2 3 4 5 6 7 8 9; do
  kubectl -n "bench-$n" wait --for=create serviceaccount/default --timeout=60s >/dev/null
done
separator=''
post() { # path json
  printf '%s' "$separator"
  separator=$'next\n'
  printf 'url = "%s"\nrequest = POST\ndata = "%s"\n' "$RIG_SERVER$1" "${2//\"/\\\"}"
  printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$RIG_TOKEN"
  printf 'cacert = "%s/ca.crt"\noutput = /dev/null\nsilent\nshow-error\n' "$RIG_T"
}
umask 077
for ((i = 0; i < databases; i++)); do
  ns=bench-$((i % 10)) name=sales-$i
  post "/apis/kubedb.com/v1alpha2/namespaces/$ns/mssqlservers" \
    '{"apiVersion":"kubedb.com/v1alpha2","kind":"MSSQLServer","metadata":{"name":"'"$name"'"},"spec":{"version":"2022-cu22","replicas":3,"topology":{"mode":"AvailabilityGroup","availabilityGroup":{"databases":["sales"]}},"storageType":"Durable","storage":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}}},"tls":{"issuerRef":{"apiGroup":"cert-manager.io","kind":"Issuer","name":"ca"},"clientTLS":false}}}'
  for ordinal in 0 1 2; do
    role=secondary
    [ $ordinal != 0 ] || role=primary
    post "/api/v1/namespaces/$ns/pods" \
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"'"$name-$ordinal"'","labels":{"app.kubernetes.io/name":"mssqlservers.kubedb.com","app.kubernetes.io/instance":"'"$name"'","app.kubernetes.io/managed-by":"kubedb.com","app.kubernetes.io/component":"database","kubedb.com/role":"'"$role"'"}},"spec":{"nodeName":"node-0","containers":[{"name":"mssql","image":"example/mssql","ports":[{"name":"db","containerPort":1433}],"env":[{"name":"ACCEPT_EULA","value":"Y"},{"name":"MSSQL_PID","value":"Developer"}],"resources":{"requests":{"cpu":"500m","memory":"4Gi"},"limits":{"memory":"4Gi"}}},{"name":"mssql-coordinator","image":"example/coordinator"}]}}'
  done
done >"$folder/requests"
curl --parallel --parallel-max 50 --no-progress-meter --config "$folder/requests"

# Until each of the pods was seen running; the watch is ended by us, it has no end of its own.
exec 3< <(exec kubectl get pods -A -l app.kubernetes.io/name=mssqlservers.kubedb.com \
  --field-selector status.phase=Running --watch -o name)
watcher=$!
trap 'kill $watcher; rm -rf "$folder"' EXIT
declare -A running=()
want=$((databases * 3)) end=$((SECONDS + 600))
while ((${#running[@]} < want)); do
  read -r -t $((end > SECONDS ? end - SECONDS : 1)) -u 3 pod || break
  running[$pod]=1
done
((${#running[@]} >= want)) || { echo "bench: only ${#running[@]} of $want pods came up" >&2; exit 1; }
