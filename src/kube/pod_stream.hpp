#pragma once
// What port-forward and exec share: a WebSocket to a subresource of a pod, opened with the client's credentials.

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "client_impl.hpp"
#include "curl_websocket.hpp"

namespace dba::kube {

struct PodSubresource {
  std::string ns{}, pod{}, subresource{};  ///< "portforward", "exec"
  std::string query{};                     ///< "?ports=1433"
  std::vector<std::string> protocols{};
};

/// Something between us and the API server that does not know WebSockets answered; kubectl may still get through.
class NoWebSocket : public ApiError {
 public:
  using ApiError::ApiError;
};

/// Opens it; once more with a fresh credential after a 401.
/// @throws ApiError for the API server's own refusals; NoWebSocket; Error (interrupted).
std::unique_ptr<WebSocket> open_pod_stream(const Client::Impl& client, const PodSubresource& what,
                                           platform::SteadyTime deadline, const std::stop_token& stop);

/// Payloads longer than this are cut into several messages: front proxies dislike long ones.
inline constexpr std::size_t kLongestPayload = 32768;
/// What a close frame says when all is well. @source RFC 6455 section 7.4.1: 1000
inline constexpr std::string_view kNormalClosure("\x03\xe8", 2);

}  // namespace dba::kube
