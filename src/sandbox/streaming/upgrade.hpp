#pragma once
// Turns an HTTP request into a connection of its own: WebSocket with a subprotocol, or SPDY/3.1.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/duplex.hpp"
#include "streaming/session.hpp"

namespace dba::sandbox::streaming {

enum class Transport { websocket, spdy };

struct Upgraded {
  std::unique_ptr<Duplex> connection{};
  Transport transport = Transport::websocket;
  std::string protocol{};  ///< The one agreed on.
};

/// Sends 101, or the refusal (400, 403) when the client asks for none of what is offered.
std::optional<Upgraded> upgrade(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                                std::span<const std::string_view> websocket_protocols,
                                std::span<const std::string_view> spdy_protocols);

/// Answers with a Status object.
void refuse(Poco::Net::HTTPServerResponse& response, int code, std::string_view reason, std::string_view message);

/// The values of a query parameter, decoded, in order.
std::vector<std::string> query_values(const Poco::Net::HTTPServerRequest& request, std::string_view name);
std::string query_value(const Poco::Net::HTTPServerRequest& request, std::string_view name);
/// "1", "t", "true" … in any case. @source Go strconv.ParseBool
bool query_flag(const Poco::Net::HTTPServerRequest& request, std::string_view name);

}  // namespace dba::sandbox::streaming
