#pragma once
// What an HTTP request for pods/exec, pods/portforward or pods/log becomes: the whole session, from the upgrade (or the
// refusal) to the last byte. The caller has authorized the request and found the pod.

#include <stop_token>

#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace Poco::Net {
class HTTPServerRequest;
class HTTPServerResponse;
}  // namespace Poco::Net

namespace dba::sandbox::streaming {

/// Everything a session needs besides the request. What it refers to must outlive the session.
struct SessionContext {
  PodBackend& pods;
  world::World& world;
  PodRef target{};         ///< With the container chosen and known to exist (exec, log); port-forward needs none.
  world::Victim victim{};  ///< For whom fault tunnel-drop is asked: victim_of_pod(pod).
  std::stop_token stop{};  ///< The server is ending.
};

/// The victim a pod stands for: its namespace, labels app.kubernetes.io/instance, apps.kubernetes.io/pod-index and
/// kubedb.com/role; without them what its name "sales-0" says.
world::Victim victim_of_pod(const Json& pod);

/// GET or POST …/pods/NAME/exec: WebSocket v5.channel.k8s.io and v4.channel.k8s.io. Reads command=, stdin=, stdout=,
/// stderr=, tty= from the query.
/// @effects blocks until the command has ended or the client is gone; answers refusals (400 …) with a Status itself.
///          All three never throw.
void serve_exec(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                const SessionContext& context);

/// GET or POST …/pods/NAME/portforward: WebSocket v4.channel.k8s.io (?ports=), SPDY/3.1+portforward.k8s.io over
/// WebSocket, and plain SPDY/3.1 with portforward.k8s.io.
void serve_port_forward(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                        const SessionContext& context);

/// GET …/pods/NAME/log: text/plain, chunked. Reads follow=, previous=, timestamps=, tailLines=, sinceSeconds=,
/// sinceTime=, limitBytes= from the query.
void serve_log(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
               const SessionContext& context);

}  // namespace dba::sandbox::streaming
