#pragma once
// SPDY/3.1 as Kubernetes' tools speak it: frames and compressed header blocks. Pure.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dba::sandbox::streaming {

std::span<const unsigned char> spdy_dictionary();

using SpdyHeaders = std::map<std::string, std::string>;

enum class SpdyType {
  data,
  syn_stream,
  syn_reply,
  rst_stream,
  settings,
  ping,
  goaway,
  headers,
  window_update,
  unknown
};

struct SpdyFrame {
  SpdyType type = SpdyType::unknown;
  std::uint32_t stream = 0;
  bool fin = false;
  SpdyHeaders headers{};     ///< SYN_STREAM, SYN_REPLY, HEADERS
  std::string payload{};     ///< DATA
  std::uint32_t number = 0;  ///< PING id, RST_STREAM status, WINDOW_UPDATE delta
};

/// Bytes → frames. One per direction and connection, because header compression goes on from frame to frame.
class SpdyReader {
 public:
  SpdyReader();
  ~SpdyReader();
  void feed(std::string_view bytes);
  /// The next whole frame. @throws Error (unexpected) for what is not SPDY/3, or too large.
  std::optional<SpdyFrame> next();

 private:
  struct Inflater;
  std::string buffer_{};
  std::unique_ptr<Inflater> inflater_;
};

/// Frames → bytes.
class SpdyWriter {
 public:
  SpdyWriter();
  ~SpdyWriter();
  std::string write(const SpdyFrame& frame);

 private:
  struct Deflater;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace dba::sandbox::streaming
