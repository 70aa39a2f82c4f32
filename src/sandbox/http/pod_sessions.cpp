#include "http/pod_sessions.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

#include "api/refusals.hpp"
#include "http/problems.hpp"
#include "streaming/session.hpp"

namespace dba::sandbox::http {

namespace {

std::vector<std::string> names_of(const Json& pod, std::string_view field) {
  std::vector<std::string> names;
  if (const Json* containers = codec::find_at(pod, {"spec", field}); containers != nullptr && containers->is_array()) {
    for (const Json& container : *containers) names.push_back(codec::string_at(container, {"name"}));
  }
  return names;
}

/// The container asked for, or the only one. @source kube-apiserver 1.36: pod strategy
std::string choose_container(const Json& pod, const std::string& wanted) {
  const std::vector<std::string> main = names_of(pod, "containers"), initial = names_of(pod, "initContainers");
  const std::string name = codec::name_of(pod);
  if (wanted.empty()) {
    if (main.size() == 1) return main.front();
    if (main.empty()) throw api::bad_request(fmt::format("a container name must be specified for pod {}", name));
    const std::string also =
        initial.empty() ? "" : fmt::format(" or one of the init containers: [{}]", join(initial, " "));
    throw api::bad_request(fmt::format("a container name must be specified for pod {}, choose one of: [{}]{}", name,
                                       join(main, " "), also));
  }
  for (const std::vector<std::string>* names : {&main, &initial}) {
    if (std::find(names->begin(), names->end(), wanted) != names->end()) return wanted;
  }
  throw api::bad_request(fmt::format("container {} is not valid for pod {}", wanted, name));
}

/// A kubelet can only be asked about pods that have come to one.
void require_node(const Json& pod) {
  if (!codec::string_at(pod, {"spec", "nodeName"}).empty()) return;
  throw api::bad_request(fmt::format("pod {} does not have a host assigned", codec::name_of(pod)));
}

}  // namespace

bool is_session(const Target& target) {
  return target.subresource == "exec" || target.subresource == "portforward" || target.subresource == "log";
}

void serve_session(api::Api& api, streaming::PodBackend& pods, world::World& world, Exchange& exchange,
                   const Target& target) {
  const Request& request = exchange.request();
  const bool log = target.subresource == "log";
  if (request.method != "GET" && (log || request.method != "POST")) throw method_not_allowed();
  const api::Object pod = api.get(*target.type, target.ns, target.name);
  streaming::SessionContext context{.pods = pods,
                                    .world = world,
                                    .target = {.ns = target.ns, .pod = target.name, .uid = codec::uid_of(*pod)},
                                    .victim = streaming::victim_of_pod(*pod),
                                    .stop = exchange.stop()};
  if (target.subresource != "portforward") {
    context.target.container = choose_container(*pod, request.query.get("container"));
  }
  require_node(*pod);
  if (log) {
    streaming::serve_log(exchange.raw_request(), exchange.raw_response(), context);
  } else if (target.subresource == "exec") {
    streaming::serve_exec(exchange.raw_request(), exchange.raw_response(), context);
  } else {
    streaming::serve_port_forward(exchange.raw_request(), exchange.raw_response(), context);
  }
}

}  // namespace dba::sandbox::http
