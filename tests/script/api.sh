#!/bin/bash
# api.sh METHOD PATH [BODY-FILE [CONTENT-TYPE]]: one request to the API server of $KUBECONFIG, for scripts that look at
# or change what kubectl-dba has no command for. Prints the answer; fails when the server refuses.
set -euo pipefail
value() { sed -n "s/^ *$1: *//p" "$KUBECONFIG" | head -n 1 | tr -d '"'; }
body=()
[ $# -lt 3 ] || body=(--data-binary "@$3" -H "Content-Type: ${4:-application/json}")
exec curl -sS --fail-with-body --cacert <(value certificate-authority-data | base64 -d) \
  -H "Authorization: Bearer $(value token)" -X "$1" "${body[@]}" "$(value server)$2"
