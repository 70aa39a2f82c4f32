#include "cluster/cluster.hpp"

#include <fmt/format.h>

#include "cluster/certificates.hpp"
#include "cluster/claims.hpp"
#include "cluster/disruption_budgets.hpp"
#include "cluster/endpoint_slices.hpp"
#include "cluster/event_limit.hpp"
#include "cluster/namespaces.hpp"
#include "cluster/pod_access.hpp"
#include "cluster/pod_faults.hpp"
#include "cluster/service_listeners.hpp"

namespace dba::sandbox::cluster {

struct Cluster::Impl {
  Impl(api::Api& api, world::World& world)
      : loop(world.clock),
        events(api, world.clock),
        event_limit(api),
        context{api, world, loop, events, *fault_changes},
        informers(api),
        kubelet(context, informers, table),
        pod_faults(context, informers, kubelet),
        slices(context, informers),
        budgets(context, informers),
        claims(context, informers),
        namespaces(context, informers),
        issuers(context, informers),
        certificates(context, informers, issuers),
        access(context, informers, kubelet),
        listeners(context, informers, access) {}

  std::shared_ptr<FaultChanges> fault_changes = std::make_shared<FaultChanges>();
  Loop loop;
  EventRecorder events;
  EventLimit event_limit;
  Context context;
  Informers informers;
  PodTable table{};
  Kubelet kubelet;
  PodFaults pod_faults;
  EndpointSlices slices;
  DisruptionBudgets budgets;
  Claims claims;
  Namespaces namespaces;
  Issuers issuers;
  Certificates certificates;
  PodAccess access;
  ServiceListeners listeners;
};

Cluster::Cluster(api::Api& api, world::World& world) {
  protect_claims(api);
  make_initial_objects(api, world.clock);
  impl_ = std::make_unique<Impl>(api, world);
  world.faults.on_change([changes = std::weak_ptr(impl_->fault_changes)] {
    if (const auto alive = changes.lock()) alive->notify();
  });
  impl_->informers.start();
  impl_->loop.start();
}

Cluster::~Cluster() {
  impl_->fault_changes->close();
  impl_->informers.stop();
  impl_->loop.stop();
}

streaming::PodBackend& Cluster::pods() { return impl_->access; }

void Cluster::set_listener(PodListener listener) { impl_->access.set_listener(std::move(listener)); }

void Cluster::set_sqlcmd(PodProgram sqlcmd) { impl_->access.set_sqlcmd(std::move(sqlcmd)); }

std::vector<ServiceAddress> Cluster::services() const { return impl_->listeners.addresses(); }

void Cluster::append_log(const std::string& ns, const std::string& pod, const std::string& container,
                         const std::string& line) {
  impl_->kubelet.append_log(fmt::format("{}/{}", ns, pod), container, line);
}

}  // namespace dba::sandbox::cluster
