#include "streaming/websocket_frames.hpp"

#include <utility>

#include <Poco/SHA1Engine.h>
#include <fmt/format.h>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kLargestMessage = 32U << 20U;  // @source golang.org/x/net/websocket DefaultMaxPayloadBytes

Error not_websocket(std::string_view what) {
  return Error(ExitCode::unexpected, fmt::format("not a WebSocket client: {}", what));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::optional<WebSocketKind> kind_of(unsigned opcode) {
  switch (opcode) {
    case 1:
      return WebSocketKind::text;
    case 2:
      return WebSocketKind::binary;
    case 8:
      return WebSocketKind::close;
    case 9:
      return WebSocketKind::ping;
    case 10:
      return WebSocketKind::pong;
    default:
      return std::nullopt;
  }
}

unsigned opcode_of(WebSocketKind kind) {
  switch (kind) {
    case WebSocketKind::text:
      return 1;
    case WebSocketKind::binary:
      return 2;
    case WebSocketKind::close:
      return 8;
    case WebSocketKind::ping:
      return 9;
    case WebSocketKind::pong:
      return 10;
  }
  return 2;
}

}  // namespace

std::optional<WebSocketMessage> WebSocketReader::next() {
  while (buffer_.size() >= 2) {
    const auto first = static_cast<unsigned char>(buffer_[0]);
    const auto second = static_cast<unsigned char>(buffer_[1]);
    if ((first & 0x70U) != 0) throw not_websocket("an extension that was not offered");
    if ((second & 0x80U) == 0) throw not_websocket("a frame without a mask");
    std::uint64_t length = second & 0x7fU;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    const std::size_t header = 2 + extra + 4;
    if (buffer_.size() < header) return std::nullopt;
    if (extra != 0) length = number_at(buffer_, 2, extra);
    if (length > kLargestMessage) throw not_websocket("a message is too large");
    if (buffer_.size() < header + length) return std::nullopt;
    std::string payload = buffer_.substr(header, length);
    for (std::size_t i = 0; i < payload.size(); ++i) {
      payload[i] = static_cast<char>(payload[i] ^ buffer_[2 + extra + i % 4]);
    }
    buffer_.erase(0, header + length);
    const bool final = (first & 0x80U) != 0;
    const unsigned opcode = first & 0x0fU;
    if (opcode == 0) {
      if (!fragments_) throw not_websocket("a continuation of nothing");
      fragments_->payload += payload;
      if (fragments_->payload.size() > kLargestMessage) throw not_websocket("a message is too large");
      if (final) return std::exchange(fragments_, std::nullopt);
      continue;
    }
    const std::optional<WebSocketKind> kind = kind_of(opcode);
    if (!kind) throw not_websocket("an unknown kind of frame");
    const bool control = opcode >= 8;
    if (control && (!final || length > 125)) throw not_websocket("a control frame in pieces");
    if (!control && fragments_) throw not_websocket("a message within a message");
    if (final) return WebSocketMessage{*kind, std::move(payload)};
    fragments_ = WebSocketMessage{*kind, std::move(payload)};
  }
  return std::nullopt;
}

std::string websocket_frame(WebSocketKind kind, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80U | opcode_of(kind)));
  const std::size_t size = payload.size();
  const std::size_t extra = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  frame += static_cast<char>(extra == 0 ? size : extra == 2 ? 126 : 127);
  for (std::size_t i = extra; i > 0; --i) frame += static_cast<char>(size >> (8 * (i - 1)) & 0xffU);
  frame += payload;
  return frame;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  payload += reason;
  return payload;
}

std::string websocket_accept(const std::string& key) {
  Poco::SHA1Engine engine;
  engine.update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  const auto& digest = engine.digest();
  return base64_encode(std::string(digest.begin(), digest.end()));
}

}  // namespace dba::sandbox::streaming
