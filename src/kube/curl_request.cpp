#include "curl_request.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "curl_failure.hpp"
#include "header_value.hpp"

#ifndef DBA_USER_AGENT
#error "the build defines DBA_USER_AGENT"
#endif

namespace dba::kube {

namespace {

constexpr auto kConnectTimeout = std::chrono::seconds(30);
/// The API server ends ordinary requests after 60 s by itself, so a longer silence means that nobody will answer.
constexpr auto kLongestSilence = std::chrono::seconds(90);
/// Dead peers: probes after 30 s, every 15 s, and unacknowledged data for 45 s.
constexpr long kKeepaliveIdle = 30, kKeepaliveInterval = 15;
constexpr unsigned kTcpUserTimeoutMillis = 45'000;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK) {
    throw Error(ExitCode::unexpected,
                fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
  }
}

void set_blob(CURL* easy, CURLoption option, const std::string& pem) {
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
  set(easy, option, &blob);
}

/// Whole `Unit`s for libcurl, at least one.
template <class Unit>
long rounded_up(std::chrono::nanoseconds duration) {
  return std::max(1L, std::chrono::ceil<Unit>(duration).count());
}

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, CurlDeleter> owner(text);
  return text;
}

/// @source client-go transport: a byte that no HTTP token may hold, and `%`, as %XX.
std::string escape_extra_key(std::string_view key) {
  constexpr std::string_view kTokenMarks = "!#$&'*+-.^_`|~";
  std::string out;
  for (const char c : to_lower(key)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kTokenMarks.find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Headers all_headers(const HttpRequest& request, const Impersonation& impersonate, const Credential& credential,
                    const std::string& host_header) {
  Headers headers = request.headers;
  headers.emplace_back("User-Agent", DBA_USER_AGENT);
  if (!host_header.empty()) headers.emplace_back("Host", host_header);
  if (!credential.authorization.empty()) headers.emplace_back("Authorization", credential.authorization.reveal());
  if (!impersonate.user.empty()) headers.emplace_back("Impersonate-User", impersonate.user);
  if (!impersonate.uid.empty()) headers.emplace_back("Impersonate-Uid", impersonate.uid);
  for (const std::string& group : impersonate.groups) headers.emplace_back("Impersonate-Group", group);
  for (const auto& [key, value] : impersonate.extra) {
    headers.emplace_back("Impersonate-Extra-" + escape_extra_key(key), value);
  }
  return headers;
}

void check_header_value(std::string_view name, std::string_view value) {
  if (fits_in_header(value)) return;
  throw usage_error(fmt::format("invalid header field value for \"{}\": it holds a control character", name));
}

void append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace

CurlServer::CurlServer(const ClientConfig& config) {
  const std::unique_ptr<CURLU, CurlDeleter> url(curl_url());
  if (url == nullptr) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, config.server.c_str(), 0) != CURLUE_OK) {
    throw usage_error(fmt::format("the server \"{}\" is not a URL such as https://host:6443", config.server));
  }
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  const std::string port = url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  address = fmt::format("{}:{}", host, port);
  url_prefix = config.server;
  if (config.tls_server_name.empty() || !config.server.starts_with("https://")) return;
  // SNI and verification follow the URL's host; the connection and the Host header keep the real one.
  curl_url_set(url.get(), CURLUPART_HOST, config.tls_server_name.c_str(), 0);
  url_prefix = url_part(url.get(), CURLUPART_URL);
  while (url_prefix.ends_with('/')) url_prefix.pop_back();
  connect_to = fmt::format("{}:{}:{}", url_part(url.get(), CURLUPART_HOST), port, address);
  host_header = address;
}

CurlRequest::CurlRequest(CurlShared& shared, HttpRequest request, const Credential& credential,
                         std::shared_ptr<ResponseSink> sink)
    : shared_(shared),
      request_(std::move(request)),
      sink_(std::move(sink)),
      url_(shared.server.url_prefix + request_.target),
      easy_(curl_easy_init()),
      started_(platform::system_clock().steady_now()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_target();
  set_security(credential);
  set_limits();
  set_body();
  set_headers(credential);
  set_callbacks();
}

void CurlRequest::set_target() {
  const CurlServer& server = shared_.server;
  CURL* easy = easy_.get();
  set(easy, CURLOPT_URL, url_.c_str());
  if (!server.connect_to.empty()) {
    append(connect_to_list_, server.connect_to);
    set(easy, CURLOPT_CONNECT_TO, connect_to_list_.get());
  }
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(shared_.config.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // The first connection's ALPN decides whether others are needed. Where there is no HTTP/2, a request would only wait
  // behind one that is never answered.
  const bool may_share = shared_.config.http2 && shared_.config.server.starts_with("https://");
  set(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
  // Both always: libcurl's own reading of the environment differs from Go's.
  set(easy, CURLOPT_PROXY, shared_.config.proxy.c_str());
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (shared_.config.compression && !request_.stream) set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

void CurlRequest::set_security(const Credential& credential) {
  const ClientConfig& config = shared_.config;
  CURL* easy = easy_.get();
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, config.insecure ? 0L : 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, config.insecure ? 0L : 2L);
  const std::string& trusted = config.ca_pem.empty() ? config.roots_pem : config.ca_pem;
  if (!trusted.empty()) {
    set_blob(easy, CURLOPT_CAINFO_BLOB, trusted);
    // Without this the system's certificates stay trusted beside ours.
    set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!credential.certificate_pem.empty()) {
    set_blob(easy, CURLOPT_SSLCERT_BLOB, credential.certificate_pem);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, credential.key_pem.reveal());
    set(easy, CURLOPT_SSLCERTTYPE, "PEM");
    set(easy, CURLOPT_SSLKEYTYPE, "PEM");
  }
}

void CurlRequest::set_limits() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a name lookup that hangs must not hold up the end of the request
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, rounded_up<std::chrono::milliseconds>(kConnectTimeout));
  if (!request_.stream && request_.timeout.count() > 0) {
    set(easy, CURLOPT_TIMEOUT_MS, rounded_up<std::chrono::milliseconds>(request_.timeout));
  }
  const std::chrono::nanoseconds silence = request_.stream ? request_.timeout : kLongestSilence;
  if (silence.count() > 0) {
    set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(easy, CURLOPT_LOW_SPEED_TIME, rounded_up<std::chrono::seconds>(silence));
  }
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdle);
  set(easy, CURLOPT_TCP_KEEPINTVL, kKeepaliveInterval);
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
  const Headers headers = all_headers(request_, shared_.config.impersonate, credential, shared_.server.host_header);
  for (const auto& [name, value] : headers) {
    check_header_value(name, value);
    append(header_list_, fmt::format("{}: {}", name, value));
  }
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
  set(easy, CURLOPT_SOCKOPTFUNCTION, &CurlRequest::on_socket);
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
  const std::size_t length = std::min(size * count, request.request_.body.size() - request.body_sent_);
  std::memcpy(data, request.request_.body.data() + request.body_sent_, length);
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

int CurlRequest::on_socket(void*, curl_socket_t socket, curlsocktype) noexcept {
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kTcpUserTimeoutMillis, sizeof kTcpUserTimeoutMillis);
  return CURL_SOCKOPT_OK;
}

bool CurlRequest::met_silence(CURLcode code) const {
  curl_off_t pretransfer = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
  return code == CURLE_OPERATION_TIMEDOUT && pretransfer > 0 && shared_.last_heard < started_;
}

void CurlRequest::trace_end(std::string_view outcome) const {
  if (!shared_.trace.wants_lines()) return;
  const auto millis = [this](CURLINFO info) {
    curl_off_t micros = 0;
    curl_easy_getinfo(easy_.get(), info, &micros);
    return static_cast<double>(micros) / 1000;
  };
  const double connected = millis(CURLINFO_CONNECT_TIME_T);
  const double secured = millis(CURLINFO_APPCONNECT_TIME_T);
  const RequestTimes times{.lookup = millis(CURLINFO_NAMELOOKUP_TIME_T),
                           .connect = std::max(0.0, connected - millis(CURLINFO_NAMELOOKUP_TIME_T)),
                           .tls = std::max(0.0, secured - connected),
                           .first_byte = millis(CURLINFO_STARTTRANSFER_TIME_T),
                           .total = millis(CURLINFO_TOTAL_TIME_T)};
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
