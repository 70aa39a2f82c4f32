#pragma once
// WebSocket framing of the server's side (RFC 6455). Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sandbox::streaming {

constexpr std::uint16_t kNormalClosure = 1000;  ///< Why a connection is closed that is done. @source RFC 6455 7.4.1

enum class WebSocketKind { text, binary, close, ping, pong };

struct WebSocketMessage {
  WebSocketKind kind = WebSocketKind::binary;
  std::string payload{};
};

/// Bytes of a client → whole messages, fragments joined.
class WebSocketReader {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// @throws Error (unexpected) for a frame that no client may send.
  std::optional<WebSocketMessage> next();

 private:
  std::string buffer_{};
  std::optional<WebSocketMessage> fragments_{};
};

/// One unmasked frame.
std::string websocket_frame(WebSocketKind kind, std::string_view payload);
/// The payload of a close frame: code and reason.
std::string close_payload(std::uint16_t code, std::string_view reason = {});
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept(const std::string& key);

}  // namespace dba::sandbox::streaming
