#include "cluster/service_listeners.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "cluster/endpoint_slices.hpp"

namespace dba::sandbox::cluster {

namespace {

/// Thousands of loaded databases do not each need a socket; the first Services get one.
constexpr std::size_t kMostListeners = 256;

}  // namespace

ServiceListeners::ServiceListeners(Context context, Informers& informers, streaming::PodBackend& pods)
    : context_(context),
      informers_(informers),
      pods_(pods),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.services.on_change(
      [this](const api::Object& before, const api::Object& now) { enqueue_later(key_of(now ? *now : *before)); });
  informers_.slices.on_change([this](const api::Object& before, const api::Object& now) {
    const Json& slice = now ? *now : *before;
    enqueue_later(
        fmt::format("{}/{}", codec::namespace_of(slice), codec::label_of(slice, "kubernetes.io/service-name")));
  });
}

void ServiceListeners::enqueue_later(const std::string& key) {
  context_.loop.enqueue(
      controller_, key,
      draw(context_.world, fmt::format("proxy {}", key), std::chrono::milliseconds(10), std::chrono::milliseconds(80)));
}

void ServiceListeners::reconcile(const std::string& key) {
  const api::Object service = informers_.services.find(key);
  const Json* const ports = service ? codec::find_at(*service, {"spec", "ports"}) : nullptr;
  if (ports == nullptr || !ports->is_array() || codec::string_at(*service, {"spec", "clusterIP"}) == "None") {
    return forget(key);
  }
  for (const Json& port : *ports) {
    const Key route_key{key, codec::string_at(port, {"name"})};
    std::vector<Backend> backends = backends_of(*service, route_key.second);
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      is_new = !routes_.contains(route_key);
      if (is_new && routes_.size() >= kMostListeners) return;
      Route& route = routes_[route_key];
      route.port = static_cast<int>(codec::int_at(port, {"port"}).value_or(0));
      route.backends = std::move(backends);
    }
    if (!is_new) continue;
    const std::uint16_t opened =
        listeners_.open([this, route_key](std::unique_ptr<streaming::ByteStream> peer, const std::stop_token& stop) {
          connect(route_key, std::move(peer), stop);
        });
    const std::lock_guard lock(mutex_);
    routes_[route_key].listener = opened;
  }
}

void ServiceListeners::forget(const std::string& key) {
  std::vector<std::uint16_t> closing;
  {
    const std::lock_guard lock(mutex_);
    for (auto route = routes_.begin(); route != routes_.end();) {
      if (route->first.first == key) {
        closing.push_back(route->second.listener);
        route = routes_.erase(route);
      } else {
        ++route;
      }
    }
  }
  for (const std::uint16_t port : closing) listeners_.close(port);
}

std::vector<ServiceListeners::Backend> ServiceListeners::backends_of(const Json& service,
                                                                     const std::string& port_name) const {
  std::vector<Backend> backends;
  const std::string ns = codec::namespace_of(service);
  for (const api::Object& slice :
       informers_.slices.matching(ns, {{"kubernetes.io/service-name", codec::name_of(service)}})) {
    int port = 0;
    for (const Json& entry : slice->value("ports", Json::array())) {
      if (codec::string_at(entry, {"name"}) == port_name)
        port = static_cast<int>(codec::int_at(entry, {"port"}).value_or(0));
    }
    for (const Json& endpoint : slice->value("endpoints", Json::array())) {
      if (port == 0 || !codec::bool_at(endpoint, {"conditions", "ready"})) continue;
      backends.push_back({{.ns = ns,
                           .pod = codec::string_at(endpoint, {"targetRef", "name"}),
                           .uid = codec::string_at(endpoint, {"targetRef", "uid"})},
                          port});
    }
  }
  return backends;
}

void ServiceListeners::connect(const Key& key, std::unique_ptr<streaming::ByteStream> peer,
                               const std::stop_token& stop) {
  Backend chosen;
  {
    const std::lock_guard lock(mutex_);
    const auto route = routes_.find(key);
    if (route == routes_.end() || route->second.backends.empty()) return;  // Refused, as far as a client can tell.
    chosen = route->second.backends[route->second.next++ % route->second.backends.size()];
  }
  try {
    const std::unique_ptr<streaming::ByteStream> pod = pods_.connect(chosen.pod, chosen.port);
    streaming::relay(*peer, *pod, stop);
  } catch (const Error&) {
    // The pod has gone or does not listen: the client sees the connection end.
  }
}

std::vector<ServiceAddress> ServiceListeners::addresses() const {
  std::vector<ServiceAddress> result;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, route] : routes_) {
    if (route.listener == 0) continue;
    const auto [ns, name] = split_key(key.first);
    ServiceAddress address{.ns = ns, .service = name, .port_name = key.second, .port = route.port};
    address.address = fmt::format("127.0.0.1:{}", route.listener);
    for (const Backend& backend : route.backends) address.pods.push_back(backend.pod.pod);
    result.push_back(std::move(address));
  }
  return result;
}

}  // namespace dba::sandbox::cluster
