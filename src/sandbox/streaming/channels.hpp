#pragma once
// WebSocket messages whose first byte is a channel number, over one connection.

#include <functional>
#include <string_view>

#include "streaming/duplex.hpp"
#include "streaming/session.hpp"
#include "streaming/websocket_frames.hpp"

namespace dba::sandbox::streaming {

class Channels {
 public:
  explicit Channels(Duplex& connection) : connection_(connection) {}
  bool send(unsigned channel, std::string_view bytes);
  bool send_message(std::string_view bytes);  ///< Without a channel byte.
  void close(std::uint16_t code, std::string_view reason = {});
  /// The connection's run() with pings answered; `on_message` gets whole binary messages. Fault tunnel-drop cuts it.
  void run(const std::function<bool(std::string_view)>& on_message, const std::function<bool()>& may_read,
           const SessionContext& context);

 private:
  Duplex& connection_;
  WebSocketReader reader_{};
  bool read(std::string_view bytes, const std::function<bool(std::string_view)>& on_message);
};

/// Whether fault tunnel-drop leaves the session alone.
bool tunnel_holds(const SessionContext& context);

}  // namespace dba::sandbox::streaming
