#!/usr/bin/env bash
# run.sh BINARY MEASURE [DATABASES]: the numbers of ./dev bench, as ratios of medians measured in turns on a rig that is up.
# Ends with 1 when a target of the design is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "$1") measure=$(realpath "$2") databases=${3:-1000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
missed=0

row() { # what limit against measured-file(two lines: ours, theirs) column
  awk -F'\t' -v what="$1" -v limit="$2" -v against="$3" -v column="$5" '
    NR == 1 { ours = $column } NR == 2 { theirs = $column }
    END {
      ratio = ours / theirs; met = limit == "-" || ratio <= limit + 0; unit = column == 2 ? "ms" : "MiB"; scale = column == 2 ? 1 : 1024
      printf "%-34s %9.1f %-4s %9.1f %-4s %6.2f  %-8s %-6s  %s\n",
        what, ours / scale, unit, theirs / scale, unit, ratio, limit == "-" ? "" : "<= " limit, met ? "" : "MISSED", against
      exit !met }' "$4" || missed=$((missed + 1))
}
compare() { # runs, then --name … --name … for bench_measure
  "$measure" "$@" >"$folder/result"
}
bare_curl() { # file, then targets: one curl process that asks for all of them
  local file=$1 target separator=''
  shift
  for target in "$@"; do
    printf '%s' "$separator"
    separator=$'next\n'
    printf 'url = "%s"\nheader = "Authorization: Bearer %s"\ncacert = "%s/ca.crt"\nsilent\nfail\noutput = /dev/null\n' \
      "$RIG_SERVER$target" "$RIG_TOKEN" "$RIG_T"
  done >"$folder/$file"
}
umask 077
export KUBECACHEDIR=$folder/discovery-cache
kubedb=/apis/kubedb.com/v1alpha2 pods='labelSelector=app.kubernetes.io/instance%3Dsales-0'

"$here/populate.sh" 1
printf '%-34s %14s %14s %6s  %-8s %-6s  %s\n' what ours theirs ratio target "" against
compare 31 --name ours "$binary" version --client --name kubectl kubectl version --client
row 'start-up: version --client' 0.2 'kubectl version --client' "$folder/result" 2
row 'start-up: peak memory' 0.3 'kubectl version --client' "$folder/result" 3
compare 31 --name ours "$binary" __complete mssql "" --name kubectl kubectl __complete get --output ""
row 'completion without cluster' 0.2 'kubectl __complete' "$folder/result" 2

compare 31 --name ours "$binary" mssql roles sales-0 -n bench-0 --no-sql \
  --name kubectl kubectl get mssqlservers.kubedb.com,pods -n bench-0
row 'roles --no-sql of one database' 0.4 'kubectl get mssqlservers,pods' "$folder/result" 2
bare_curl roles.curl "$kubedb/namespaces/bench-0/mssqlservers/sales-0" "/api/v1/namespaces/bench-0/pods?$pods" \
  "/apis/discovery.k8s.io/v1/namespaces/bench-0/endpointslices?$pods"
compare 31 --name ours "$binary" mssql roles sales-0 -n bench-0 --no-sql --name curl curl --config "$folder/roles.curl"
row 'roles --no-sql of one database' 1.5 'curl, same requests' "$folder/result" 2

"$here/populate.sh" "$databases"
compare 7 --name ours "$binary" mssql list -A --name kubectl kubectl get mssqlservers.kubedb.com,pods -A
row "list -A of $databases databases" 0.5 'kubectl get mssqlservers,pods -A' "$folder/result" 2
row 'list -A: peak memory' 0.5 'kubectl get mssqlservers,pods -A' "$folder/result" 3
bare_curl list.curl "$kubedb/mssqlservers" "/api/v1/pods"
compare 7 --name ours "$binary" mssql list -A --name curl curl --config "$folder/list.curl"
row "list -A of $databases databases" '-' 'curl, whole objects of both' "$folder/result" 2

# SQL Servers are simulated ones, in a cluster of their own: the rig has none. On the same cores as we, nine of them need
# nine times the processor time of one for their part; whether they are asked at once shows from 20 ms away.
sandbox=$(dirname "$binary")/kubectl-dba-sandbox
export XDG_RUNTIME_DIR=$folder
eval "$("$sandbox" up --detach --speed 50)"
trap '"$sandbox" down --all >/dev/null 2>&1; rm -rf "$folder"' EXIT
"$binary" mssql issuer create ca --wait >/dev/null 2>&1
"$binary" mssql create one --issuer ca --accept-eula --storage 1Gi --wait >/dev/null 2>&1
"$binary" mssql create nine --replicas 9 --databases agdb1 --issuer ca --accept-eula --storage 1Gi --wait >/dev/null 2>&1
compare 15 --name ours "$binary" mssql replicas nine --name one "$binary" mssql replicas one
row 'replicas of 9 pods' '-' 'replicas of 1 pod, both on this machine' "$folder/result" 2
row 'replicas of 9 pods: peak memory' '-' 'replicas of 1 pod' "$folder/result" 3
traffic() { # database: requests, and of its SQL Servers' connections, round trips and bytes each
  "$binary" -v 6 mssql replicas "$1" 2>&1 >/dev/null | awk '
    /"Response"/ { requests++ }
    /Tunnel to pod/ { tunnels++; for (i = 1; i < NF; i++) { if ($(i + 1) == "round") trips += $i; if ($(i + 1) == "bytes") bytes += $i } }
    END { printf "%d requests, %d tunnels, %.1f round trips and %.1f KiB each\n", requests, tunnels, trips / tunnels, bytes / tunnels / 1024 }'
}
printf '  of 9 pods: %s\n  of 1 pod:  %s\n' "$(traffic nine)" "$(traffic one)"
"$sandbox" fault set api-latency delay=1s >/dev/null  # a second of the simulation, which runs 50 times as fast
compare 15 --name ours "$binary" mssql replicas nine --name one "$binary" mssql replicas one
row 'replicas of 9 pods, 20 ms away' 1.5 'replicas of 1 pod' "$folder/result" 2
echo
if [ $missed -gt 0 ]; then
  echo "$missed targets missed"
  exit 1
fi
echo "all targets met"
