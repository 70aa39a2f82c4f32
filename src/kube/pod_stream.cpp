#include "pod_stream.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::kube {

namespace {

/// Answers that are the API server's own: another way of asking gets the same ones.
/// @source k8s-client conventions: 401, 403, 404 and 429 with a Status are real, HTML or 426 come from in between.
bool is_real_answer(const StatusInfo& status) {
  if (status.made_up) return false;
  return status.code == 401 || status.code == 403 || status.code == 404 || status.code == 429 || status.code >= 500 ||
         status.code == 400;
}

}  // namespace

std::unique_ptr<WebSocket> open_pod_stream(const Client::Impl& client, const PodSubresource& what,
                                           platform::SteadyTime deadline, const std::stop_token& stop) {
  const Operation operation{.verb = "create", .resource = "pods/" + what.subresource, .ns = what.ns, .name = what.pod};
  const ResourceType& pods = resources::pods;
  const WebSocketRequest request{object_path(pods, what.ns, what.pod, what.subresource) + what.query, what.protocols};
  for (bool refreshed = false;; refreshed = true) {
    const Credential credential = client.options.credentials->current(stop);
    client.trace(fmt::format("GET {}{} (WebSocket)", client.config.server, request.target));
    WebSocketOutcome outcome = WebSocket::open(client.config, credential, request, deadline, stop);
    if (outcome.socket) return std::move(outcome.socket);
    if (outcome.failure) {
      if (outcome.failure->kind == TransportFailure::Kind::cancelled) {
        throw Error(ExitCode::interrupted, "interrupted");
      }
      throw make_api_error(*outcome.failure, operation);
    }
    const Response& response = *outcome.refusal;
    const bool again =
        response.status == 401 && !refreshed && client.options.credentials->refresh_after_unauthorized(credential);
    if (again) continue;
    const StatusInfo status = read_status(response.status, response.header("Content-Type"), response.body, operation);
    const ApiError error = make_api_error(status, operation);
    if (is_real_answer(status)) throw error;
    throw NoWebSocket(error.kind(), error.status(), error.info(), error.outcome_unknown());
  }
}

}  // namespace dba::kube
