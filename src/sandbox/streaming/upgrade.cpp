#include "streaming/upgrade.hpp"

#include <algorithm>

#include <Poco/Buffer.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/URI.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

#include "streaming/websocket_frames.hpp"

namespace dba::sandbox::streaming {

namespace {

using Poco::Net::HTTPResponse;

bool mentions(const std::string& list, std::string_view word) {
  const std::vector<std::string> parts = split(to_lower(list), ',');
  return std::ranges::any_of(parts, [&](const std::string& part) { return trim(part) == word; });
}

/// The first protocol of the client's that is offered; empty when none is.
std::string agree(const std::vector<std::string>& wanted, std::span<const std::string_view> offered) {
  for (const std::string& protocol : wanted) {
    if (std::ranges::find(offered, trim(protocol)) != offered.end()) return trim(protocol);
  }
  return {};
}

std::vector<std::string> header_values(const Poco::Net::HTTPServerRequest& request, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : request) {
    if (to_lower(key) != to_lower(name)) continue;
    for (const std::string& part : split(value, ',')) values.push_back(trim(part));
  }
  return values;
}

std::unique_ptr<Duplex> detach(Poco::Net::HTTPServerRequest& request, HTTPResponse& response) {
  auto& raw = dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request);
  response.setContentLength(HTTPResponse::UNKNOWN_CONTENT_LENGTH);
  raw.response().send().flush();
  Poco::Buffer<char> early(0);
  raw.session().drainBuffer(early);
  return std::make_unique<Duplex>(raw.detachSocket(), std::string(early.begin(), early.end()));
}

}  // namespace

std::optional<Upgraded> upgrade(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                                std::span<const std::string_view> websocket_protocols,
                                std::span<const std::string_view> spdy_protocols) {
  const std::string wanted = to_lower(request.get("Upgrade", ""));
  if (!mentions(request.get("Connection", ""), "upgrade") || wanted.empty()) {
    refuse(response, 400, "BadRequest", "Upgrade request required");
    return std::nullopt;
  }
  Upgraded result;
  if (wanted == "websocket") {
    const std::string key = request.get("Sec-WebSocket-Key", "");
    result.protocol = agree(header_values(request, "Sec-WebSocket-Protocol"), websocket_protocols);
    if (key.empty() || request.get("Sec-WebSocket-Version", "") != "13" || result.protocol.empty()) {
      refuse(response, 400, "BadRequest", "unable to upgrade: no supported WebSocket subprotocol was asked for");
      return std::nullopt;
    }
    response.set("Upgrade", "websocket");
    response.set("Sec-WebSocket-Accept", websocket_accept(key));
    response.set("Sec-WebSocket-Protocol", result.protocol);
  } else if (wanted == "spdy/3.1" && !spdy_protocols.empty()) {
    result.transport = Transport::spdy;
    const std::vector<std::string> asked = header_values(request, "X-Stream-Protocol-Version");
    result.protocol = agree(asked, spdy_protocols);
    if (result.protocol.empty()) {
      // @source k8s.io/streaming httpstream: the versions that would be understood come with the refusal.
      for (const std::string_view offered : spdy_protocols) {
        response.add("X-Accepted-Stream-Protocol-Versions", std::string(offered));
      }
      refuse(response, 403, "Forbidden", "unable to upgrade: unable to negotiate protocol");
      return std::nullopt;
    }
    response.set("Upgrade", "SPDY/3.1");
    response.set("X-Stream-Protocol-Version", result.protocol);
  } else {
    refuse(response, 400, "BadRequest", "Upgrade request required");
    return std::nullopt;
  }
  response.setStatusAndReason(HTTPResponse::HTTP_SWITCHING_PROTOCOLS);
  response.set("Connection", "Upgrade");
  response.setChunkedTransferEncoding(false);
  result.connection = detach(request, response);
  return result;
}

void refuse(Poco::Net::HTTPServerResponse& response, int code, std::string_view reason, std::string_view message) {
  const Json status{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
                    {"status", "Failure"}, {"message", message}, {"reason", reason},
                    {"code", code}};
  const std::string body = codec::compact_json(status) + "\n";
  response.setStatusAndReason(static_cast<HTTPResponse::HTTPStatus>(code),
                              HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(code)));
  response.setContentType("application/json");
  response.setContentLength(static_cast<std::streamsize>(body.size()));
  response.sendBuffer(body.data(), body.size());
}

std::vector<std::string> query_values(const Poco::Net::HTTPServerRequest& request, std::string_view name) {
  std::vector<std::string> values;
  try {
    for (const auto& [key, value] : Poco::URI(request.getURI()).getQueryParameters()) {
      if (key == name) values.push_back(value);
    }
  } catch (const Poco::Exception&) {
    values.clear();  // A query that cannot be read has no parameters.
  }
  return values;
}

std::string query_value(const Poco::Net::HTTPServerRequest& request, std::string_view name) {
  const std::vector<std::string> values = query_values(request, name);
  return values.empty() ? std::string() : values.front();
}

bool query_flag(const Poco::Net::HTTPServerRequest& request, std::string_view name) {
  const std::string value = to_lower(query_value(request, name));
  return value == "1" || value == "t" || value == "true";
}

}  // namespace dba::sandbox::streaming
