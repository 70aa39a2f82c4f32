// port-forward over WebSocket, one channel pair a port (v4.channel.k8s.io).

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <memory>
#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "streaming/channels.hpp"
#include "streaming/forwarding.hpp"
#include "streaming/spdy_sessions.hpp"
#include "streaming/upgrade.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::string_view kTunnel = "SPDY/3.1+portforward.k8s.io";
constexpr std::array<std::string_view, 2> kForwardProtocols{"v4.channel.k8s.io", kTunnel};
constexpr std::array<std::string_view, 1> kSpdyForwardProtocols{"portforward.k8s.io"};
constexpr int kMostPorts = 64;

/// Absent: something in "ports" is no port.
std::optional<std::vector<int>> ports_of(const Poco::Net::HTTPServerRequest& request) {
  std::vector<int> ports;
  for (const std::string& value : query_values(request, "ports")) {
    for (const std::string& text : split(value, ',')) {
      int port = 0;
      const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
      if (failure != std::errc{} || end != text.data() + text.size() || port < 1 || port > 0xffff) return std::nullopt;
      ports.push_back(port);
    }
  }
  return ports;
}

std::string port_bytes(int port) { return {static_cast<char>(port & 0xff), static_cast<char>(port >> 8 & 0xff)}; }

void run_channels(Duplex& connection, const std::vector<int>& ports, const SessionContext& context) {
  Channels channels(connection);
  std::atomic<std::size_t> left = ports.size();
  std::vector<std::unique_ptr<Forwarding>> forwards;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto data = static_cast<unsigned>(2 * i);
    channels.send(data, port_bytes(ports[i]));
    channels.send(data + 1, port_bytes(ports[i]));
    forwards.push_back(std::make_unique<Forwarding>(
        context, ports[i],
        Forwarding::Client{.data = [&channels, data](std::string_view bytes) { return channels.send(data, bytes); },
                           .error = [&channels, data](std::string_view text) { channels.send(data + 1, text); },
                           // There is no half-close here: the end of one direction is the end of the port.
                           .end_of_data = [] {},
                           .over =
                               [&] {
                                 if (--left == 0) channels.close(kNormalClosure);
                               },
                           .taken = [&connection] { connection.wake(); },
                           .ends_together = true}));
  }
  const auto on_message = [&](std::string_view message) {
    if (message.empty()) return true;
    const auto channel = static_cast<unsigned char>(message[0]);
    if (channel % 2 != 0 || channel / 2U >= forwards.size()) return true;
    forwards[channel / 2U]->put(std::string(message.substr(1)));
    return true;
  };
  const auto may_read = [&forwards] {
    return std::ranges::all_of(forwards, [](const auto& forward) { return forward->has_room(); });
  };
  channels.run(on_message, may_read, context);
  forwards.clear();
}

}  // namespace

void serve_port_forward(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                        const SessionContext& context) {
  try {
    const auto ports = ports_of(request);
    if (!ports || ports->size() > kMostPorts) {
      return refuse(response, 400, "BadRequest", "unable to upgrade: query parameter \"ports\" holds no port numbers");
    }
    const auto upgraded = upgrade(request, response, kForwardProtocols, kSpdyForwardProtocols);
    if (!upgraded) return;
    Duplex& connection = *upgraded->connection;
    if (upgraded->transport == Transport::spdy) return run_forward_over_spdy(connection, context);
    if (upgraded->protocol == kTunnel) return run_forward_over_tunnel(connection, context);
    run_channels(connection, *ports, context);
  } catch (const Poco::Exception&) {
    // The client went before it could be answered.
  }
}

}  // namespace dba::sandbox::streaming
