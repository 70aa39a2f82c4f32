#pragma once
// Where a request goes: health, control, discovery, objects, watches, or a session with a pod.

#include "dba/base/secret.hpp"

#include "api/api.hpp"
#include "http/exchange.hpp"
#include "http/server.hpp"
#include "http/target.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

class Router {
 public:
  Router(api::Api& api, streaming::PodBackend& pods, world::World& world, Control control, const Secret& token);

  /// Answers whatever comes: refusals as Status, our own mistakes as 500.
  /// @throws Poco::Exception when the client does not take the answer
  void serve(Exchange& exchange);

 private:
  api::Api& api_;
  streaming::PodBackend& pods_;
  world::World& world_;
  Control control_;
  const Secret& token_;

  void route(Exchange& exchange);
  bool answer_fixed(Exchange& exchange, const std::vector<std::string>& segments);
  bool struck(Exchange& exchange, const Target* target);
  Answer ask_control(const Request& request);
};

}  // namespace dba::sandbox::http
