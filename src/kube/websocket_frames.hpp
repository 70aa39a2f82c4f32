#pragma once
// RFC 6455 frames as a client writes and reads them. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::kube {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

using Mask = std::array<unsigned char, 4>;

/// One whole message in one masked frame.
std::string client_frame(Opcode opcode, std::string_view payload, const Mask& mask);

struct WebSocketMessage {
  Opcode opcode = Opcode::binary;
  std::string payload{};
};

/// Puts messages together from the server's frames, wherever they are cut.
class FrameReader {
 public:
  void feed(std::string_view bytes) { bytes_.append(bytes); }
  /// The next whole message; absent until more is fed. Control frames come between the fragments of a message.
  /// @throws Error (unexpected) for what no server may send; nothing after it can be read.
  std::optional<WebSocketMessage> next();

 private:
  struct Frame;
  std::optional<Frame> next_frame();

  std::string bytes_;
  std::size_t read_ = 0;  ///< What of bytes_ was handed over already.
  std::optional<WebSocketMessage> fragments_;
};

/// What a server answers to our key in Sec-WebSocket-Accept.
std::string accept_value(std::string_view key);

}  // namespace dba::kube
