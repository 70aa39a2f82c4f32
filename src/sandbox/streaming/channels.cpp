#include "streaming/channels.hpp"

#include <algorithm>

#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kMostPayload = 32 * 1024;
constexpr std::uint16_t kProtocolError = 1002;

}  // namespace

bool tunnel_holds(const SessionContext& context) {
  return !context.world.faults.active("tunnel-drop", context.victim) ||
         !context.world.faults.strikes("tunnel-drop", context.victim);
}

bool Channels::send(unsigned channel, std::string_view bytes) {
  do {
    std::string message(1, static_cast<char>(channel));
    message += bytes.substr(0, kMostPayload);
    bytes.remove_prefix(std::min(bytes.size(), kMostPayload));
    if (!send_message(message)) return false;
  } while (!bytes.empty());
  return true;
}

bool Channels::send_message(std::string_view bytes) {
  return connection_.send(websocket_frame(WebSocketKind::binary, bytes));
}

void Channels::close(std::uint16_t code, std::string_view reason) {
  connection_.send(websocket_frame(WebSocketKind::close, close_payload(code, reason)));
  connection_.finish();
}

bool Channels::read(std::string_view bytes, const std::function<bool(std::string_view)>& on_message) {
  try {
    reader_.feed(bytes);
    while (const auto message = reader_.next()) {
      switch (message->kind) {
        case WebSocketKind::text:
        case WebSocketKind::binary:
          if (!on_message(message->payload)) return false;
          break;
        case WebSocketKind::ping:
          connection_.send(websocket_frame(WebSocketKind::pong, message->payload));
          break;
        case WebSocketKind::pong:
          break;
        case WebSocketKind::close:
          close(kNormalClosure);
          return false;
      }
    }
    return true;
  } catch (const Error& error) {
    close(kProtocolError, error.info().message);
    return false;
  }
}

void Channels::run(const std::function<bool(std::string_view)>& on_message, const std::function<bool()>& may_read,
                   const SessionContext& context) {
  connection_.run({.receive = [&](std::string_view bytes) { return read(bytes, on_message); },
                   .may_read = may_read,
                   .goes_on = [&] { return tunnel_holds(context); }},
                  context.stop);
}

}  // namespace dba::sandbox::streaming
