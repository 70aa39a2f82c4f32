#include "curl_request.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "curl_failure.hpp"

namespace dba::kube {

namespace {

/// The API server ends ordinary requests after 60 s by itself, so a longer silence means that nobody will answer.
constexpr auto kLongestSilence = std::chrono::seconds(90);

/// Whole `Unit`s for libcurl, at least one.
template <class Unit>
long rounded_up(std::chrono::nanoseconds duration) {
  return std::max(1L, std::chrono::ceil<Unit>(duration).count());
}

}  // namespace

CurlRequest::CurlRequest(CurlShared& shared, HttpRequest request, const Credential& credential,
                         std::shared_ptr<ResponseSink> sink)
    : shared_(shared),
      request_(std::move(request)),
      sink_(std::move(sink)),
      url_(shared.server.url_prefix + request_.target),
      easy_(curl().easy_init()),
      started_(platform::system_clock().steady_now()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_target();
  set_security(easy_.get(), shared_.config, credential);
  set_limits();
  set_body();
  set_headers(credential);
  set_callbacks();
}

void CurlRequest::set_target() {
  CURL* easy = easy_.get();
  set_address(easy, shared_.server, shared_.config, url_, connect_to_list_);
  set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(shared_.config.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // The first connection's ALPN decides whether others are needed. Where there is no HTTP/2, a request would only wait
  // behind one that is never answered.
  const bool may_share = shared_.config.http2 && shared_.config.server.starts_with("https://");
  set(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (shared_.config.compression && !request_.stream) set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

void CurlRequest::set_limits() {
  CURL* easy = easy_.get();
  set_liveness(easy);
  if (!request_.stream && request_.timeout.count() > 0) {
    set(easy, CURLOPT_TIMEOUT_MS, rounded_up<std::chrono::milliseconds>(request_.timeout));
  }
  const std::chrono::nanoseconds silence = request_.stream ? request_.timeout : kLongestSilence;
  if (silence.count() > 0) {
    set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(easy, CURLOPT_LOW_SPEED_TIME, rounded_up<std::chrono::seconds>(silence));
  }
}

void CurlRequest::set_body() {
  CURL* easy = easy_.get();
  if (!request_.body.empty()) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    // A body that is read, not set, so that libcurl has to ask on_seek before it sends it a second time.
    set(easy, CURLOPT_READFUNCTION, &CurlRequest::on_read);
    set(easy, CURLOPT_READDATA, this);
    set(easy, CURLOPT_SEEKFUNCTION, &CurlRequest::on_seek);
    set(easy, CURLOPT_SEEKDATA, this);
  }
  set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlRequest::set_headers(const Credential& credential) {
  Headers headers = request_.headers;
  for (const auto& [name, value] : headers) check_header_value(name, value);
  for (auto& header : identity_headers(shared_.config, shared_.server, credential))
    headers.push_back(std::move(header));
  for (const auto& [name, value] : headers) append(header_list_, fmt::format("{}: {}", name, value));
  append(header_list_, "Expect:");  // no waiting for 100-continue
  set(easy_.get(), CURLOPT_HTTPHEADER, header_list_.get());
  shared_.trace.request(request_, url_, headers);
}

void CurlRequest::set_callbacks() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_HEADERFUNCTION, &CurlRequest::on_header);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &CurlRequest::on_write);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_PRIVATE, this);
}

std::size_t CurlRequest::on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  static_cast<CurlRequest*>(self)->take_header_line({data, size * count});
  return size * count;
}

/// Every status line starts a new head, so that what a 100-continue or a proxy said does not leak into ours.
void CurlRequest::take_header_line(std::string_view line) {
  if (head_seen_) return;  // trailers
  const std::string text = trim(line);
  if (text.starts_with("HTTP/")) {
    response_headers_.clear();
    status_ = 0;
    const std::size_t blank = text.find(' ');
    if (blank != std::string::npos) std::from_chars(text.data() + blank + 1, text.data() + text.size(), status_);
    return;
  }
  if (text.empty()) {
    if (status_ < 200) return;
    head_seen_ = true;
    shared_.last_heard = platform::system_clock().steady_now();
    sink_->on_head(status_, response_headers_);
    return;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return;
  response_headers_.emplace_back(text.substr(0, colon), trim(std::string_view(text).substr(colon + 1)));
}

std::size_t CurlRequest::on_write(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& request = *static_cast<CurlRequest*>(self);
  const std::string_view bytes(data, size * count);
  request.shared_.last_heard = platform::system_clock().steady_now();
  if (request.shared_.trace.wants_bodies()) {
    if (request.request_.stream) {
      request.shared_.trace.body("Response Body", request.request_, bytes, false);
    } else {
      request.traced_body_ += bytes;
    }
  }
  if (request.sink_->on_body(bytes)) return bytes.size();
  request.sink_had_enough_ = true;
  return 0;
}

std::size_t CurlRequest::on_read(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& request = *static_cast<CurlRequest*>(self);
  const std::size_t length = request.request_.body.copy(data, size * count, request.body_sent_);
  request.body_sent_ += length;
  return length;
}

/// libcurl rewinds when a kept-alive connection died under a request and it means to send that again. Once a part of
/// the body is out the server may have acted on it: better an error that says so.
int CurlRequest::on_seek(void* self, curl_off_t offset, int origin) noexcept {
  const auto& request = *static_cast<CurlRequest*>(self);
  const bool nothing_sent = request.body_sent_ == 0 && offset == 0 && origin == SEEK_SET;
  return nothing_sent ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

bool CurlRequest::met_silence(CURLcode code) const {
  curl_off_t pretransfer = 0;
  curl().easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
  return code == CURLE_OPERATION_TIMEDOUT && pretransfer > 0 && shared_.last_heard < started_;
}

void CurlRequest::trace_end(std::string_view outcome) const {
  if (!shared_.trace.wants_lines()) return;
  const auto millis = [this](CURLINFO info) {
    curl_off_t micros = 0;
    curl().easy_getinfo(easy_.get(), info, &micros);
    return static_cast<double>(micros) / 1000;
  };
  const double connected = millis(CURLINFO_CONNECT_TIME_T);
  const double secured = millis(CURLINFO_APPCONNECT_TIME_T);
  long new_connections = 0;
  curl().easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &new_connections);
  long version = CURL_HTTP_VERSION_NONE;
  curl().easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  const RequestTimes times{.lookup = millis(CURLINFO_NAMELOOKUP_TIME_T),
                           .connect = std::max(0.0, connected - millis(CURLINFO_NAMELOOKUP_TIME_T)),
                           .tls = std::max(0.0, secured - connected),
                           .first_byte = millis(CURLINFO_STARTTRANSFER_TIME_T),
                           .total = millis(CURLINFO_TOTAL_TIME_T),
                           .new_connections = new_connections,
                           .protocol = version == CURL_HTTP_VERSION_2 ? "HTTP/2" : "HTTP/1"};
  shared_.trace.response(request_, url_, outcome, response_headers_, times);
  shared_.trace.body("Response Body", request_, traced_body_, true);
}

void CurlRequest::finish(CURLcode code) {
  if (code == CURLE_OK && head_seen_) {
    trace_end(status_line(status_));
    sink_->on_end(nullptr);
    return;
  }
  const TransportFailure failure =
      describe_failure({.code = code == CURLE_OK ? CURLE_GOT_NOTHING : code,
                        .easy = easy_.get(),
                        .detail = error_.data(),
                        .address = shared_.server.address,
                        .tls_name = shared_.server.tls_name,
                        .through_proxy = !shared_.config.proxy.empty(),
                        .head_seen = head_seen_,
                        .sink_had_enough = sink_had_enough_,
                        .timeout = request_.stream ? std::chrono::nanoseconds(0) : request_.timeout,
                        .silence = request_.stream ? request_.timeout : kLongestSilence,
                        .elapsed = platform::system_clock().steady_now() - started_});
  trace_end(failure.message);
  sink_->on_end(&failure);
}

void CurlRequest::cancel() {
  trace_end("cancelled");
  const TransportFailure failure{
      .kind = TransportFailure::Kind::cancelled, .message = "cancelled", .request_may_have_arrived = true};
  sink_->on_end(&failure);
}

}  // namespace dba::kube
