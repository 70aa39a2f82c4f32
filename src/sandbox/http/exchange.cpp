#include "http/exchange.hpp"

#include <ostream>
#include <utility>

#include <Poco/DeflatingStream.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

namespace dba::sandbox::http {

namespace {

/// @source kube-apiserver 1.36: smaller answers are not compressed.
constexpr std::size_t kGzipThreshold = 128 * 1024;

/// `299 - "text"` with quotes and backslashes escaped and control characters left out.
std::string warning_value(std::string_view text) {
  std::string quoted;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    if (static_cast<unsigned char>(letter) >= 0x20) quoted += letter;
  }
  return fmt::format("299 - \"{}\"", quoted);
}

}  // namespace

Exchange::Exchange(Request request, Poco::Net::HTTPServerRequest& raw_request,
                   Poco::Net::HTTPServerResponse& raw_response, int socket, std::stop_token stop)
    : request_(std::move(request)),
      raw_request_(raw_request),
      raw_response_(raw_response),
      socket_(socket),
      stop_(std::move(stop)) {}

void Exchange::set_head(const Answer& answer) {
  raw_response_.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.code));
  raw_response_.setContentType(answer.content_type);
  raw_response_.set("Cache-Control", "no-cache, private");
  raw_response_.setDate({});  // Now, by this machine's clock: clients compare it with theirs.
  for (const auto& [name, value] : answer.headers) raw_response_.set(name, value);
  for (const std::string& warning : answer.warnings) raw_response_.add("Warning", warning_value(warning));
}

bool Exchange::wants_gzip(const Answer& answer) const {
  return answer.body.size() > kGzipThreshold && request_.method != "HEAD" &&
         request_.header("accept-encoding").find("gzip") != std::string::npos;
}

void Exchange::answer(const Answer& answer) {
  set_head(answer);
  if (!wants_gzip(answer)) {
    raw_response_.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
    std::ostream& out = raw_response_.send();
    if (request_.method != "HEAD") out.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    out.flush();
    return;
  }
  raw_response_.set("Content-Encoding", "gzip");
  raw_response_.set("Vary", "Accept-Encoding");
  raw_response_.setChunkedTransferEncoding(true);
  Poco::DeflatingOutputStream gzip(raw_response_.send(), Poco::DeflatingStreamBuf::STREAM_GZIP, 1);
  gzip.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
  gzip.close();
}

void Exchange::begin_stream(std::string_view content_type) {
  set_head({.content_type = std::string(content_type)});
  raw_response_.setChunkedTransferEncoding(true);
  stream_ = &raw_response_.send();
  stream_->flush();
}

bool Exchange::send(std::string_view text) {
  const auto start = std::chrono::steady_clock::now();
  stream_->write(text.data(), static_cast<std::streamsize>(text.size()));
  stream_->flush();
  // The kernel's own timeout is not enough: it starts anew whenever a few bytes still find room.
  if (stream_->good() && std::chrono::steady_clock::now() - start < kSlowestSend) return true;
  break_off();
  return false;
}

bool Exchange::client_gone() const {
  pollfd state{.fd = socket_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void Exchange::break_off() {
  raw_response_.setKeepAlive(false);
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace dba::sandbox::http
