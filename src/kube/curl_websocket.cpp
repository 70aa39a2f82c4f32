#include "curl_websocket.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/ranges.h>
#include <openssl/rand.h>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"

#include "curl_failure.hpp"

namespace dba::kube {

namespace {

constexpr std::size_t kPiece = 65536;
constexpr std::size_t kLongestHead = 65536;
constexpr std::size_t kLongestBody = 65536;
constexpr std::size_t kReadAhead = 1U << 20;

std::string random_text(std::size_t size) {
  std::string text(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(size)) != 1) {
    throw Error(ExitCode::unexpected, "the system gives no random numbers");
  }
  return text;
}

Mask random_mask() {
  const std::string bytes = random_text(4);
  Mask mask{};
  std::transform(bytes.begin(), bytes.end(), mask.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return mask;
}

/// Called by libcurl while it connects: non-zero ends that.
int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

/// Status line and headers. @returns a response without a body.
Response parse_head(std::string_view head) {
  Response response;
  std::size_t at = head.find("\r\n");
  const std::string_view status_line = head.substr(0, at);
  const std::size_t blank = status_line.find(' ');
  if (blank != std::string_view::npos) {
    std::from_chars(status_line.data() + blank + 1, status_line.data() + status_line.size(), response.status);
  }
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      response.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    at = end;
  }
  return response;
}

/// host[:port] as HTTP names it: without the port that the scheme stands for.
std::string host_of(const ClientConfig& config, const CurlServer& server) {
  if (!server.host_header.empty()) return server.host_header;
  const std::string usual = config.server.starts_with("https://") ? ":443" : ":80";
  return server.address.ends_with(usual) ? server.address.substr(0, server.address.size() - usual.size())
                                         : server.address;
}

TransportFailure no_answer(const ClientConfig& config) {
  return {TransportFailure::Kind::timeout,
          fmt::format("Unable to connect to the server: no answer to the upgrade from {}", config.server), true};
}

}  // namespace

struct WebSocket::Patience {
  platform::SteadyTime deadline;
  const std::stop_token& stop;
  const platform::Wakeup& wakeup;
};

namespace {

/// Thrown inside open() only.
struct TooLate {};
struct Stopped {};
struct Gone {};

}  // namespace

WebSocket::~WebSocket() = default;

WebSocketOutcome WebSocket::open(const ClientConfig& config, const Credential& credential,
                                 const WebSocketRequest& request, platform::SteadyTime deadline,
                                 const std::stop_token& stop) {
  const platform::Wakeup wakeup;
  const platform::StopNotice notice(stop, wakeup);
  const Patience patience{deadline, stop, wakeup};
  std::unique_ptr<WebSocket> made(new WebSocket);
  WebSocketOutcome outcome;
  try {
    const CurlServer server(config);
    outcome.failure = made->connect(config, credential, server.url_prefix + request.target, patience);
    if (!outcome.failure) outcome.refusal = made->upgrade(config, credential, request, patience);
  } catch (const TooLate&) {
    outcome.failure = no_answer(config);
  } catch (const Stopped&) {
    outcome.failure = TransportFailure{TransportFailure::Kind::cancelled, "cancelled", true};
  } catch (const Gone&) {
    outcome.failure = TransportFailure{TransportFailure::Kind::reset, "Unable to connect to the server: EOF", true};
  }
  if (!outcome.failure && !outcome.refusal) outcome.socket = std::move(made);
  return outcome;
}

std::optional<TransportFailure> WebSocket::connect(const ClientConfig& config, const Credential& credential,
                                                   const std::string& url, const Patience& patience) {
  easy_.reset(curl().easy_init());
  if (easy_ == nullptr) throw std::bad_alloc();
  CURL* easy = easy_.get();
  const CurlServer server(config);
  set_address(easy, server, config, url, connect_to_);
  set_security(easy, config, credential);
  set_liveness(easy);
  const auto started = platform::system_clock().steady_now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience.deadline - started);
  set(easy, CURLOPT_TIMEOUT_MS, std::max(1L, left.count()));
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(easy, CURLOPT_XFERINFODATA, const_cast<std::stop_token*>(&patience.stop));
  set(easy, CURLOPT_CONNECT_ONLY, 1L);
  // HTTP/2 has no upgrade: libcurl must not agree on it.
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  std::array<char, CURL_ERROR_SIZE> detail{};
  set(easy, CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode code = curl().easy_perform(easy);
  set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (code == CURLE_ABORTED_BY_CALLBACK) throw Stopped{};
  if (code != CURLE_OK) {
    FailedTransfer failed;
    failed.code = code;
    failed.easy = easy;
    failed.detail = detail.data();
    failed.address = server.address;
    failed.tls_name = server.tls_name;
    failed.through_proxy = !config.proxy.empty();
    failed.timeout = left;
    failed.elapsed = platform::system_clock().steady_now() - started;
    return describe_failure(failed);
  }
  curl().easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket_);
  return std::nullopt;
}

std::optional<Response> WebSocket::upgrade(const ClientConfig& config, const Credential& credential,
                                           const WebSocketRequest& request, const Patience& patience) {
  const CurlServer server(config);
  const std::string key = base64_encode(random_text(16));
  std::string head = fmt::format(
      "GET {}{} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\nSec-WebSocket-Protocol: {}\r\n",
      server.path_prefix, request.target, host_of(config, server), key, fmt::join(request.protocols, ", "));
  for (const auto& [name, value] : identity_headers(config, server, credential)) {
    if (name != "Host") head += fmt::format("{}: {}\r\n", name, value);
  }
  unsent_ = head + "\r\n";
  while (unsent() > 0) {
    if (!flush()) throw Gone{};
    if (unsent() > 0) wait(true, patience);
  }
  Response response = parse_head(read_head(patience));
  const bool accepted = response.status == 101 && to_lower(response.header("Upgrade")) == "websocket" &&
                        response.header("Sec-WebSocket-Accept") == accept_value(key);
  const std::string_view protocol = response.header("Sec-WebSocket-Protocol");
  if (!accepted || !contains(request.protocols, protocol)) {
    if (response.status != 101) read_body(response, patience);
    return response;
  }
  protocol_ = protocol;
  upgraded_ = true;
  frames_.feed(std::exchange(received_, {}));
  last_heard_ = platform::system_clock().steady_now();
  return std::nullopt;
}

/// A readable socket may hold nothing but TLS records of its own, so callers look again.
void WebSocket::wait(bool writing, const Patience& patience) const {
  std::vector<platform::Interest> interests{{socket(), true, writing}};
  const bool in_time = platform::wait_for(interests, patience.wakeup, patience.deadline);
  if (patience.stop.stop_requested()) throw Stopped{};
  if (!in_time) throw TooLate{};
}

std::string WebSocket::read_head(const Patience& patience) {
  while (true) {
    const std::size_t end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = received_.substr(0, end);
      received_.erase(0, end + 4);
      return head;
    }
    if (received_.size() > kLongestHead) throw Gone{};
    const std::size_t before = received_.size();
    if (!receive() && received_.size() == before) throw Gone{};
    if (received_.size() == before) wait(false, patience);
  }
}

/// The body of a refusal, as far as it comes: an error text that is cut is better than none.
void WebSocket::read_body(Response& response, const Patience& patience) {
  std::size_t length = kLongestBody;
  const std::string_view text = response.header("Content-Length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  length = std::min(length, kLongestBody);
  try {
    while (received_.size() < length && receive()) {
      if (received_.size() < length) wait(false, patience);
    }
  } catch (const TooLate&) {
  }
  response.body = received_.substr(0, length);
}

bool WebSocket::receive() {
  char buffer[kPiece];
  has_more_ = false;
  for (std::size_t taken = 0, count = 0; taken < kReadAhead; taken += count) {
    const CURLcode code = curl().easy_recv(easy_.get(), buffer, sizeof buffer, &count);
    if (code == CURLE_AGAIN) return true;
    if (code != CURLE_OK || count == 0) return false;
    last_heard_ = platform::system_clock().steady_now();
    if (upgraded_) {
      frames_.feed({buffer, count});
    } else {
      received_.append(buffer, count);
    }
  }
  has_more_ = true;
  return true;
}

std::optional<WebSocketMessage> WebSocket::next() {
  while (auto message = frames_.next()) {
    if (message->opcode == Opcode::pong) continue;
    if (message->opcode != Opcode::ping) return message;
    send(Opcode::pong, message->payload);
  }
  return std::nullopt;
}

void WebSocket::send(Opcode opcode, std::string_view payload) {
  unsent_ += client_frame(opcode, payload, random_mask());
}

bool WebSocket::flush() {
  while (unsent() > 0) {
    std::size_t count = 0;
    const CURLcode code = curl().easy_send(easy_.get(), unsent_.data() + sent_, unsent(), &count);
    sent_ += count;
    if (code == CURLE_AGAIN) break;
    if (code == CURLE_OK) continue;
    forget_unsent();
    return false;
  }
  if (unsent() == 0) forget_unsent();
  return true;
}

void WebSocket::ping_if_silent(std::chrono::milliseconds ping_after) {
  const auto now = platform::system_clock().steady_now();
  if (now - std::max(last_heard_, pinged_at_) < ping_after) return;
  send(Opcode::ping, "");
  flush();
  pinged_at_ = now;
}

void WebSocket::forget_unsent() {
  unsent_.clear();
  sent_ = 0;
}

}  // namespace dba::kube
