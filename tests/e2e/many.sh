#!/usr/bin/env bash
# many.sh COUNT: that many small databases in the namespace $NS, through one curl that asks many at once.
set -euo pipefail
umask 077
separator=''
for ((i = 0; i < $1; i++)); do
  printf '%surl = "%s/apis/kubedb.com/v1alpha2/namespaces/%s/mssqlservers"\n' "$separator" "$RIG_SERVER" "$NS"
  printf 'data = "{\\"apiVersion\\":\\"kubedb.com/v1alpha2\\",\\"kind\\":\\"MSSQLServer\\",\\"metadata\\":{\\"name\\":\\"db-%d\\"},\\"spec\\":{\\"version\\":\\"2025-cu0\\",\\"tls\\":{\\"clientTLS\\":false}}}"\n' "$i"
  printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$RIG_TOKEN"
  printf 'cacert = "%s/ca.crt"\noutput = /dev/null\nsilent\nshow-error\nfail\n' "$RIG_T"
  separator=$'next\n'
done >requests
curl --parallel --parallel-max 50 --no-progress-meter --config requests
