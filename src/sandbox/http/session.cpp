#include "http/session.hpp"

#include <array>
#include <istream>
#include <optional>
#include <ostream>

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <poll.h>
#include <sys/socket.h>

#include "dba/base/text.hpp"

#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

using Poco::Net::HTTPServerParams;

constexpr long kReceiveSeconds = 30;                   ///< Silence in the middle of a request.
constexpr long kKeepAliveSeconds = 120;                ///< Silence between two requests.
constexpr std::size_t kLargestBody = 3 * 1024 * 1024;  ///< @source kube-apiserver: limit of request bodies

HTTPServerParams::Ptr session_params() {
  HTTPServerParams::Ptr params = new HTTPServerParams;
  params->setKeepAlive(true);
  params->setMaxKeepAliveRequests(0);
  params->setTimeout(Poco::Timespan(kReceiveSeconds, 0));
  params->setKeepAliveTimeout(Poco::Timespan(kKeepAliveSeconds, 0));
  return params;
}

/// Whether the first byte is that of a TLS handshake; whoever speaks plain HTTP is told so in plain HTTP.
bool speaks_tls(int socket) {
  pollfd state{.fd = socket, .events = POLLIN, .revents = 0};
  if (::poll(&state, 1, static_cast<int>(kReceiveSeconds * 1000)) <= 0) return false;
  char first = 0;
  if (::recv(socket, &first, 1, MSG_PEEK) != 1) return false;
  if (first == 0x16) return true;
  if (first >= 'A' && first <= 'Z') {
    constexpr std::string_view kAnswer =
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    static_cast<void>(::send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL));
  }
  return false;
}

Request take_apart(const Poco::Net::HTTPServerRequest& raw) {
  Request request;
  request.method = raw.getMethod();
  const std::string& uri = raw.getURI();
  const std::size_t mark = uri.find('?');
  request.path = uri.substr(0, mark);
  if (mark != std::string::npos) request.raw_query = uri.substr(mark + 1);
  request.query = Query::parse(request.raw_query);
  for (const auto& [name, value] : raw) request.headers.emplace(to_lower(name), value);
  return request;
}

enum class BodyState { complete, too_large, broken };

BodyState read_body(Poco::Net::HTTPServerRequest& raw, std::string& body) {
  const bool chunked = raw.getChunkedTransferEncoding();
  if (!chunked && !raw.hasContentLength()) return BodyState::complete;
  if (!chunked && raw.getContentLength64() > static_cast<Poco::Int64>(kLargestBody)) return BodyState::too_large;
  if (raw.getExpectContinue()) raw.response().sendContinue();
  std::istream& stream = raw.stream();
  std::array<char, 16 * 1024> buffer{};
  while (stream.good()) {
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    body.append(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    if (body.size() > kLargestBody) return BodyState::too_large;
  }
  if (stream.bad()) return BodyState::broken;
  const bool whole = chunked || body.size() == static_cast<std::size_t>(raw.getContentLength64());
  return whole ? BodyState::complete : BodyState::broken;
}

/// What cannot even be read as a request. @source Go's net/http
void refuse(Poco::Net::HTTPServerSession& session, bool header_too_large) {
  Poco::Net::HTTPServerResponseImpl response(session);
  response.setVersion(Poco::Net::HTTPMessage::HTTP_1_1);
  response.setStatusAndReason(header_too_large ? Poco::Net::HTTPResponse::HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE
                                               : Poco::Net::HTTPResponse::HTTP_BAD_REQUEST);
  response.setKeepAlive(false);
  response.setContentType("text/plain; charset=utf-8");
  const std::string text = std::to_string(static_cast<int>(response.getStatus())) + " " + response.getReason();
  response.setContentLength64(static_cast<Poco::Int64>(text.size()));
  (response.send() << text).flush();
}

/// Reads what the client is still sending for a moment, so that closing does not take the answer away from it.
void linger(int socket) {
  constexpr int kMilliseconds = 250;
  constexpr int kMostReads = 1024;
  std::array<char, 64 * 1024> buffer{};
  ::shutdown(socket, SHUT_WR);
  pollfd state{.fd = socket, .events = POLLIN, .revents = 0};
  for (int i = 0; i<kMostReads&& ::poll(&state, 1, kMilliseconds)> 0; ++i) {
    if (::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) return;
  }
}

/// @return whether the connection goes on.
bool serve_request(Poco::Net::HTTPServerSession& session, HTTPServerParams& params, int socket,
                   const std::stop_token& stop, const std::function<void(Exchange&)>& handle) {
  Poco::Net::HTTPServerResponseImpl response(session);
  Poco::Net::HTTPServerRequestImpl raw(response, session, &params);
  response.setVersion(Poco::Net::HTTPMessage::HTTP_1_1);
  response.setKeepAlive(raw.getKeepAlive());
  Request request = take_apart(raw);
  const BodyState state = read_body(raw, request.body);
  if (state == BodyState::broken) return false;
  Exchange exchange(std::move(request), raw, response, socket, stop);
  if (state == BodyState::too_large) {
    response.setKeepAlive(false);
    exchange.answer(status_answer(body_too_large()));
    linger(socket);
    return false;
  }
  handle(exchange);
  return response.getKeepAlive();
}

}  // namespace

void serve_connection(Poco::Net::StreamSocket& socket, const std::stop_token& stop,
                      const std::function<void(Exchange&)>& handle) {
  const int descriptor = socket.impl()->sockfd();
  if (!speaks_tls(descriptor)) return;
  socket.setReceiveTimeout(Poco::Timespan(kReceiveSeconds, 0));
  socket.setSendTimeout(Poco::Timespan(kSlowestSend.count(), 0));
  socket.setNoDelay(true);
  HTTPServerParams::Ptr params = session_params();
  Poco::Net::HTTPServerSession session(socket, params);
  while (!stop.stop_requested() && session.hasMoreRequests()) {
    try {
      session.setKeepAlive(serve_request(session, *params, descriptor, stop, handle));
    } catch (const Poco::Net::NoMessageException&) {  // The client has closed instead of asking for more.
      return;
    } catch (const Poco::Net::MessageException& error) {
      refuse(session,
             error.message().find("long") != std::string::npos || error.message().find("many") != std::string::npos);
      linger(descriptor);
      return;
    } catch (const Poco::SyntaxException&) {  // A Content-Length that is no number.
      refuse(session, false);
      linger(descriptor);
      return;
    }
  }
}

}  // namespace dba::sandbox::http
