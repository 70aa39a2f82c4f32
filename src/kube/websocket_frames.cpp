#include "websocket_frames.hpp"

#include <utility>

#include <openssl/evp.h>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

namespace dba::kube {

namespace {

constexpr unsigned kFinal = 0x80, kReserved = 0x70, kOpcode = 0x0f, kMaskBit = 0x80, kLength = 0x7f;
constexpr unsigned kLength16 = 126, kLength64 = 127;
constexpr std::uint64_t kLongestFrame = 64U << 20;
constexpr std::size_t kLongestControl = 125;

Error broken(std::string_view why) {
  return Error(ExitCode::unexpected, "what came over the WebSocket is not one", std::string(why));
}

bool is_control(Opcode opcode) { return static_cast<unsigned>(opcode) >= static_cast<unsigned>(Opcode::close); }

void append_big_endian(std::string& out, std::uint64_t value, unsigned size) {
  for (unsigned i = size; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

std::string client_frame(Opcode opcode, std::string_view payload, const Mask& mask) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame += static_cast<char>(kFinal | static_cast<unsigned>(opcode));
  if (payload.size() < kLength16) {
    frame += static_cast<char>(kMaskBit | static_cast<unsigned>(payload.size()));
  } else if (payload.size() <= 0xffff) {
    frame += static_cast<char>(kMaskBit | kLength16);
    append_big_endian(frame, payload.size(), 2);
  } else {
    frame += static_cast<char>(kMaskBit | kLength64);
    append_big_endian(frame, payload.size(), 8);
  }
  for (const unsigned char byte : mask) frame += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % mask.size()]);
  }
  return frame;
}

struct FrameReader::Frame {
  Opcode opcode = Opcode::binary;
  bool final = true;
  std::string payload{};
};

std::optional<FrameReader::Frame> FrameReader::next_frame() {
  const std::string_view rest = std::string_view(bytes_).substr(read_);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  if (rest.size() < 2) return std::nullopt;
  if ((byte(0) & kReserved) != 0) throw broken("reserved bits are set");
  if ((byte(1) & kMaskBit) != 0) throw broken("the server masks its frames");
  std::uint64_t length = byte(1) & kLength;
  std::size_t head = 2;
  const std::size_t extra = length == kLength16 ? 2 : length == kLength64 ? 8 : 0;
  if (extra > 0) {
    if (rest.size() < head + extra) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(head + i);
    head += extra;
  }
  Frame frame;
  frame.opcode = static_cast<Opcode>(byte(0) & kOpcode);
  frame.final = (byte(0) & kFinal) != 0;
  if (length > kLongestFrame) throw broken("a frame is longer than 64 MiB");
  if (is_control(frame.opcode) && (length > kLongestControl || !frame.final))
    throw broken("a control frame is too long");
  if (rest.size() - head < length) return std::nullopt;
  frame.payload = rest.substr(head, length);
  read_ += head + length;
  if (read_ > bytes_.size() / 2) {
    bytes_.erase(0, read_);
    read_ = 0;
  }
  return frame;
}

std::optional<WebSocketMessage> FrameReader::next() {
  while (auto frame = next_frame()) {
    if (is_control(frame->opcode)) return WebSocketMessage{frame->opcode, std::move(frame->payload)};
    if (frame->opcode == Opcode::continuation) {
      if (!fragments_) throw broken("a continuation of nothing");
      fragments_->payload += frame->payload;
      if (fragments_->payload.size() > kLongestFrame) throw broken("a message is longer than 64 MiB");
    } else {
      if (fragments_) throw broken("a message begins inside another one");
      fragments_ = WebSocketMessage{frame->opcode, std::move(frame->payload)};
    }
    if (frame->final) return std::exchange(fragments_, std::nullopt);
  }
  return std::nullopt;
}

/// @source RFC 6455 section 4.2.2
std::string accept_value(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) {
    throw Error(ExitCode::unexpected, "cannot compute a SHA-1 digest");
  }
  return base64_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), length));
}

}  // namespace dba::kube
