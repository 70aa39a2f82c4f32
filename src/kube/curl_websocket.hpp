#pragma once
// A WebSocket to the API server: libcurl connects (proxies, TLS, client certificates), the upgrade and the frames are
// ours, because Debian's libcurl has none.

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/credentials.hpp"
#include "dba/kube/transport.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/wait.hpp"

#include "curl_connection.hpp"
#include "exchange.hpp"
#include "websocket_frames.hpp"

namespace dba::kube {

struct WebSocketRequest {
  std::string target{};                  ///< Path and query below the server's URL.
  std::vector<std::string> protocols{};  ///< In order of preference.
};

/// How long a connection bears with silence.
struct SilenceLimits {
  /// A ping when nothing was heard for so long, and the end of the connection when nothing came of it.
  std::chrono::milliseconds ping_after{}, dead_after{};
};

/// How an attempt to open one ended: exactly one of the three is set.
struct WebSocketOutcome;

/// Not thread-safe: one thread opens it and carries what comes and goes.
class WebSocket {
 public:
  /// Connects and upgrades, no longer than `deadline`.
  static WebSocketOutcome open(const ClientConfig& config, const Credential& credential,
                               const WebSocketRequest& request, platform::SteadyTime deadline,
                               const std::stop_token& stop);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  const std::string& protocol() const { return protocol_; }  ///< The one the server chose.
  int socket() const { return static_cast<int>(socket_); }

  /// Takes in what has arrived, up to a MiB. False when the connection is gone. Call it before polling socket():
  /// decrypted bytes may wait where poll does not see them.
  bool receive();
  bool has_more() const { return has_more_; }  ///< receive() left off early: call it again instead of polling.
  /// The next whole message that receive() brought; pings are answered here. @throws Error (unexpected) for garbage.
  std::optional<WebSocketMessage> next();
  void send(Opcode opcode, std::string_view payload);  ///< Queues it.
  /// Sends what goes without waiting. False when the connection is gone, and what it did not take with it.
  bool flush();
  std::size_t unsent() const { return unsent_.size() - sent_; }
  platform::SteadyTime last_heard() const { return last_heard_; }
  /// Pings when nothing was heard, and no ping was sent, for `ping_after`.
  void ping_if_silent(std::chrono::milliseconds ping_after);

 private:
  struct Patience;
  WebSocket() = default;
  std::optional<TransportFailure> connect(const ClientConfig& config, const Credential& credential,
                                          const std::string& url, const Patience& patience);
  std::optional<Response> upgrade(const ClientConfig& config, const Credential& credential,
                                  const WebSocketRequest& request, const Patience& patience);
  void wait(bool writing, const Patience& patience) const;
  void forget_unsent();
  std::string read_head(const Patience& patience);
  void read_body(Response& response, const Patience& patience);

  CurlEasy easy_;
  CurlList connect_to_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  std::string protocol_;
  std::string received_;  ///< Before the upgrade is through.
  FrameReader frames_;
  bool upgraded_ = false, has_more_ = false;
  std::string unsent_;
  std::size_t sent_ = 0;
  platform::SteadyTime last_heard_{}, pinged_at_{};
};

struct WebSocketOutcome {
  std::unique_ptr<WebSocket> socket{};
  std::optional<Response> refusal{};          ///< The server's answer, when it is not the upgrade that was asked for.
  std::optional<TransportFailure> failure{};  ///< No answer.
};

}  // namespace dba::kube
