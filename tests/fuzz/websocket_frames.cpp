// Frames of a WebSocket server. They mean the same wherever the bytes are cut.

#include "websocket_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dba/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using dba::kube::FrameReader;

/// What was read, and how it ended.
std::string transcript(std::string_view bytes, std::size_t piece) {
  FrameReader reader;
  std::string said;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(bytes.substr(at, piece));
      while (const auto message = reader.next()) {
        said += std::to_string(static_cast<int>(message->opcode)) + ":" + message->payload + "\n";
      }
    }
  } catch (const dba::Error& error) {
    return said + error.info().message;
  }
  return said;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = transcript(bytes, bytes.size() + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    if (transcript(bytes, piece) != whole) std::abort();
  }
  return 0;
}
