#!/usr/bin/env bash
# Writes go.mod and go.sum from `versions`. Run by hand after a version change; commit the result.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=versions
. ./versions
export GOFLAGS=-mod=mod
printf 'module kubectl-dba.test/rig\n\ngo 1.26.0\n' > go.mod; rm -f go.sum
R=()
for m in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap code-generator \
  component-base component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib \
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler \
  kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller streaming
do R+=(-replace "k8s.io/$m=k8s.io/$m@v0.${KV#1.}"); done
go mod edit "${R[@]}"
go get "k8s.io/kubernetes@v$KV" "go.etcd.io/etcd/server/v3@v$EV" "sigs.k8s.io/kwok@v$WV" "github.com/cert-manager/cert-manager@v$CV"
go mod tidy
