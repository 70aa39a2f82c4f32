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
  until kubectl -n "bench-$n" get serviceaccount default >/dev/null 2>&1; do sleep 0.1; done
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
running() { kubectl get pods -A -l app.kubernetes.io/name=mssqlservers.kubedb.com --field-selector status.phase=Running -o name | wc -l; }
for _ in $(seq 600); do
  [ "$(running)" -lt $((databases * 3)) ] || exit 0
  sleep 1
done
echo "bench: only $(running) of $((databases * 3)) pods came up" >&2
exit 1
