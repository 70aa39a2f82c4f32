#pragma once
// The watches that the cluster's controllers share.

#include "cluster/context.hpp"
#include "cluster/informer.hpp"

namespace dba::sandbox::cluster {

struct Informers {
  explicit Informers(api::Api& api)
      : nodes(api, type_of("v1", "Node")),
        namespaces(api, type_of("v1", "Namespace")),
        pods(api, type_of("v1", "Pod")),
        services(api, type_of("v1", "Service")),
        budgets(api, type_of("policy/v1", "PodDisruptionBudget")),
        slices(api, type_of("discovery.k8s.io/v1", "EndpointSlice")),
        claims(api, type_of("v1", "PersistentVolumeClaim"), false),
        secrets(api, type_of("v1", "Secret"), false),
        config_maps(api, type_of("v1", "ConfigMap"), false),
        issuers(api, type_of("cert-manager.io/v1", "Issuer")),
        cluster_issuers(api, type_of("cert-manager.io/v1", "ClusterIssuer")),
        certificates(api, type_of("cert-manager.io/v1", "Certificate")) {}

  Informer nodes, namespaces, pods, services, budgets, slices, claims, secrets, config_maps, issuers, cluster_issuers,
      certificates;

  void start() {
    for (Informer* const each : all()) each->start();
  }
  void stop() {
    for (Informer* const each : all()) each->stop();
  }

 private:
  std::vector<Informer*> all() {
    return {&nodes,  &namespaces, &pods,        &services, &budgets,         &slices,
            &claims, &secrets,    &config_maps, &issuers,  &cluster_issuers, &certificates};
  }
};

}  // namespace dba::sandbox::cluster
