#!/bin/sh
# namespace.sh make NAME KUBECONFIG | remove NAME: the namespace of one e2e script, and a kubeconfig that defaults to it.
set -eu
case $1 in
  make)
    kubectl create namespace "$2"
    kubectl config view --raw --flatten >"$3"
    chmod 600 "$3"
    KUBECONFIG=$3 kubectl config set-context --current --namespace="$2"
    # Pods are refused until their service account is there.
    kubectl -n "$2" wait --for=create serviceaccount/default --timeout=60s
    ;;
  remove) kubectl delete namespace "$2" --wait=false ;;
esac
