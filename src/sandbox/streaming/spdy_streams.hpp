#pragma once
// The streams of one SPDY connection, as its server sees them.

#include <functional>
#include <string>
#include <string_view>

#include "streaming/spdy_frames.hpp"

namespace dba::sandbox::streaming {

class SpdyStreams {
 public:
  /// Called from feed().
  struct Listener {
    std::function<void(std::uint32_t stream, const SpdyHeaders& headers)> opened{};  ///< Answered already.
    std::function<void(std::uint32_t stream, std::string_view bytes)> data{};
    std::function<void(std::uint32_t stream)> ended{};  ///< The client's half, by FIN or RST.
  };
  /// @param send takes whole frames; false = the connection is over. Thread-safe.
  SpdyStreams(std::function<bool(std::string_view)> send, Listener listener)
      : send_(std::move(send)), listener_(std::move(listener)) {}

  /// Bytes of the client, on one thread only. False: it is not SPDY/3.
  bool feed(std::string_view bytes);
  /// Both thread-safe: data frames need no shared compression.
  bool write(std::uint32_t stream, std::string_view bytes);
  void end(std::uint32_t stream);

 private:
  std::function<bool(std::string_view)> send_;
  Listener listener_;
  SpdyReader reader_{};
  SpdyWriter writer_{};  ///< Of feed()'s thread.
  void handle(const SpdyFrame& frame);
};

}  // namespace dba::sandbox::streaming
