#pragma once
// Keeps an EndpointSlice and the Endpoints beside each Service with a selector, some time after its pods have changed.

#include <mutex>
#include <string>
#include <vector>

#include "cluster/context.hpp"
#include "cluster/informers.hpp"
#include "cluster/selector_index.hpp"

namespace dba::sandbox::cluster {

/// Name and value of each entry of spec.selector.
Labels selector_of(const Json& service);
/// The victim a Service stands for: the database its selector or labels name.
world::Victim victim_of_service(const Json& service);

class EndpointSlices {
 public:
  EndpointSlices(Context context, Informers& informers);

 private:
  Context context_;
  Informers& informers_;
  std::size_t controller_;
  SelectorIndex index_{};
  std::mutex mutex_{};
  std::uint64_t draws_ = 0;

  void service_changed(const api::Object& before, const api::Object& now);
  void pod_changed(const api::Object& before, const api::Object& now);
  void enqueue_later(const Json& service);
  void reconcile(const std::string& key);
  void write_slice(const Json& service, const Json& wanted);
  void write_endpoints(const Json& service, const Json& slice);
  void remove_endpoints(const std::string& ns, const std::string& name);
  Json existing_slice(const Json& service) const;
  void record_truth(const Json& service, const Json& before, const Json& now);
};

}  // namespace dba::sandbox::cluster
