#include "cluster/endpoint_slices.hpp"

#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/endpoints.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::string_view kSliceManager = "endpointslice-controller.k8s.io";
constexpr std::string_view kServiceName = "kubernetes.io/service-name";

/// Whether anything an EndpointSlice shows is different.
bool matters_to_slices(const Json& before, const Json& now) {
  const auto view = [](const Json& pod) {
    const Json* const labels = codec::find_at(pod, {"metadata", "labels"});
    return std::tuple(labels == nullptr ? Json() : *labels, is_ready(pod), codec::string_at(pod, {"status", "podIP"}),
                      codec::string_at(pod, {"status", "phase"}),
                      codec::find_at(pod, {"metadata", "deletionTimestamp"}) != nullptr);
  };
  return view(before) != view(now);
}

}  // namespace

Labels selector_of(const Json& service) {
  Labels labels;
  const Json* const selector = codec::find_at(service, {"spec", "selector"});
  if (selector == nullptr || !selector->is_object()) return labels;
  for (const auto& [name, value] : selector->items()) {
    if (value.is_string()) labels.emplace_back(name, value.get<std::string>());
  }
  return labels;
}

world::Victim victim_of_service(const Json& service) {
  world::Victim victim{.ns = codec::namespace_of(service)};
  victim.database = codec::string_at(service, {"spec", "selector", "app.kubernetes.io/instance"},
                                     codec::label_of(service, "app.kubernetes.io/instance"));
  return victim;
}

EndpointSlices::EndpointSlices(Context context, Informers& informers)
    : context_(context),
      informers_(informers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.services.on_change(
      [this](const api::Object& before, const api::Object& now) { service_changed(before, now); });
  informers_.pods.on_change([this](const api::Object& before, const api::Object& now) { pod_changed(before, now); });
  context_.fault_changes.subscribe([this] {
    for (const api::Object& service : informers_.services.all()) {
      if (!victim_of_service(*service).database.empty()) enqueue_later(*service);
    }
  });
}

void EndpointSlices::service_changed(const api::Object& before, const api::Object& now) {
  const auto selector = [](const api::Object& service) { return service ? selector_of(*service) : Labels(); };
  if (const Labels old = selector(before); !old.empty()) index_.remove(key_of(*before), old);
  if (const Labels labels = selector(now); !labels.empty()) index_.add(key_of(*now), labels);
  enqueue_later(now ? *now : *before);
}

void EndpointSlices::pod_changed(const api::Object& before, const api::Object& now) {
  if (before && now && !matters_to_slices(*before, *now)) return;
  std::set<std::string> keys;
  for (const api::Object& pod : {before, now}) {
    if (pod) keys.merge(index_.candidates(*pod));
  }
  for (const std::string& key : keys) {
    if (const api::Object service = informers_.services.find(key)) enqueue_later(*service);
  }
}

void EndpointSlices::enqueue_later(const Json& service) {
  const std::string key = key_of(service);
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = draws_++;
  }
  auto lag = draw(context_.world, fmt::format("endpoints {} {}", key, number), std::chrono::milliseconds(20),
                  std::chrono::milliseconds(150));
  if (const auto fault = context_.world.faults.active("endpoint-lag", victim_of_service(service))) {
    lag += fault->request.delay.value_or(std::chrono::seconds(5));
  }
  context_.loop.enqueue(controller_, key, lag);
}

Json EndpointSlices::existing_slice(const Json& service) const {
  const std::string ns = codec::namespace_of(service);
  if (const api::Object own = context_.api.find(informers_.slices.type(), ns, slice_name(service))) return *own;
  for (const api::Object& slice :
       informers_.slices.matching(ns, {{std::string(kServiceName), codec::name_of(service)}})) {
    if (codec::label_of(*slice, "endpointslice.kubernetes.io/managed-by") != kSliceManager) continue;
    if (const api::Object now = context_.api.find(informers_.slices.type(), ns, codec::name_of(*slice))) return *now;
  }
  return {};
}

void EndpointSlices::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object service = context_.api.find(informers_.services.type(), ns, name);
  if (!service) return remove_endpoints(ns, name);
  if (codec::find_at(*service, {"metadata", "deletionTimestamp"}) != nullptr) return;
  const Labels selector = selector_of(*service);
  if (selector.empty()) return;
  if (context_.world.faults.active("stale-endpoint", victim_of_service(*service))) return;
  const Json slice = make_slice(*service, informers_.pods.matching(ns, selector));
  write_slice(*service, slice);
  write_endpoints(*service, slice);
}

void EndpointSlices::write_slice(const Json& service, const Json& wanted) {
  const Json existing = existing_slice(service);
  const api::WriteOptions options{.field_manager = std::string(kControllerManager)};
  const std::string ns = codec::namespace_of(service);
  if (existing.is_null()) {
    context_.api.create(informers_.slices.type(), ns, wanted, options);
  } else {
    if (existing.value("endpoints", Json()) == wanted["endpoints"] &&
        existing.value("ports", Json()) == wanted["ports"]) {
      return;
    }
    Json updated = existing;
    updated["endpoints"] = wanted["endpoints"];
    updated["ports"] = wanted["ports"];
    context_.api.update(informers_.slices.type(), ns, codec::name_of(existing), updated, "", options);
  }
  record_truth(service, existing, wanted);
}

void EndpointSlices::write_endpoints(const Json& service, const Json& slice) {
  const api::Resource& type = type_of("v1", "Endpoints");
  const std::string ns = codec::namespace_of(service), name = codec::name_of(service);
  const api::WriteOptions options{.field_manager = std::string(kControllerManager)};
  Json wanted = make_endpoints(service, slice);
  const api::Object existing = context_.api.find(type, ns, name);
  if (!existing) {
    context_.api.create(type, ns, std::move(wanted), options);
    return;
  }
  if (existing->value("subsets", Json()) == wanted.value("subsets", Json())) return;
  Json updated = *existing;
  updated.erase("subsets");
  if (wanted.contains("subsets")) updated["subsets"] = std::move(wanted["subsets"]);
  context_.api.update(type, ns, name, std::move(updated), "", options);
}

/// They have no owner.
void EndpointSlices::remove_endpoints(const std::string& ns, const std::string& name) {
  const api::Resource& type = type_of("v1", "Endpoints");
  if (context_.api.find(type, ns, name)) context_.api.remove(type, ns, name);
}

void EndpointSlices::record_truth(const Json& service, const Json& before, const Json& now) {
  const auto ready = [](const Json& slice) {
    std::map<std::string, std::string> pods;
    if (!slice.is_object() || !slice.contains("endpoints") || !slice["endpoints"].is_array()) return pods;
    for (const Json& endpoint : slice["endpoints"]) {
      if (!codec::bool_at(endpoint, {"conditions", "ready"})) continue;
      pods[codec::string_at(endpoint, {"targetRef", "name"})] = codec::string_at(endpoint, {"targetRef", "uid"});
    }
    return pods;
  };
  const world::Victim victim = victim_of_service(service);
  if (victim.database.empty()) return;
  const auto old_pods = ready(before);
  const auto new_pods = ready(now);
  const auto record = [&](const std::string& pod, const std::string& uid, std::string_view what) {
    context_.world.truth.record({.at = context_.world.clock.simulated_wall_now(),
                                 .ns = victim.ns,
                                 .database = victim.database,
                                 .pod = pod,
                                 .pod_uid = uid,
                                 .what = "endpoint",
                                 .detail = fmt::format("{} {}", what, codec::name_of(service))});
  };
  for (const auto& [pod, uid] : old_pods) {
    if (!new_pods.contains(pod)) record(pod, uid, "out of");
  }
  for (const auto& [pod, uid] : new_pods) {
    if (!old_pods.contains(pod)) record(pod, uid, "in");
  }
}

}  // namespace dba::sandbox::cluster
