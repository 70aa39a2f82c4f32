#include "streaming/spdy_streams.hpp"

#include <algorithm>

#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kMostInFrame = 16 * 1024;

std::string data_frame(std::uint32_t stream, std::string_view payload, bool fin) {
  const std::size_t size = payload.size();
  std::string frame;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) frame += static_cast<char>(stream >> shift & 0xffU);
  frame += static_cast<char>(fin ? 1 : 0);
  for (const unsigned shift : {16U, 8U, 0U}) frame += static_cast<char>(size >> shift & 0xffU);
  frame += payload;
  return frame;
}

}  // namespace

bool SpdyStreams::feed(std::string_view bytes) {
  try {
    reader_.feed(bytes);
    while (const auto frame = reader_.next()) handle(*frame);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void SpdyStreams::handle(const SpdyFrame& frame) {
  switch (frame.type) {
    case SpdyType::syn_stream:
      send_(writer_.write({.type = SpdyType::syn_reply, .stream = frame.stream}));
      listener_.opened(frame.stream, frame.headers);
      if (frame.fin) listener_.ended(frame.stream);
      break;
    case SpdyType::data:
      if (!frame.payload.empty()) {
        // Who keeps count of the window is told at once; our own inboxes hold the client back.
        send_(writer_.write({.type = SpdyType::window_update,
                             .stream = frame.stream,
                             .number = static_cast<std::uint32_t>(frame.payload.size())}));
        listener_.data(frame.stream, frame.payload);
      }
      if (frame.fin) listener_.ended(frame.stream);
      break;
    case SpdyType::rst_stream:
      listener_.ended(frame.stream);
      break;
    case SpdyType::ping:
      send_(writer_.write({.type = SpdyType::ping, .number = frame.number}));
      break;
    case SpdyType::headers:
      if (frame.fin) listener_.ended(frame.stream);
      break;
    case SpdyType::syn_reply:
    case SpdyType::settings:
    case SpdyType::goaway:
    case SpdyType::window_update:
    case SpdyType::unknown:
      break;
  }
}

bool SpdyStreams::write(std::uint32_t stream, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!send_(data_frame(stream, bytes.substr(0, kMostInFrame), false))) return false;
    bytes.remove_prefix(std::min(bytes.size(), kMostInFrame));
  }
  return true;
}

void SpdyStreams::end(std::uint32_t stream) { send_(data_frame(stream, {}, true)); }

}  // namespace dba::sandbox::streaming
