#include "curl_connection.hpp"

#include <algorithm>
#include <chrono>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "dba/base/text.hpp"

#include "header_value.hpp"

#ifndef DBA_USER_AGENT
#error "the build defines DBA_USER_AGENT"
#endif

namespace dba::kube {

namespace {

constexpr long kConnectTimeoutMillis = 30'000;
/// Dead peers: probes after 30 s, every 15 s, and unacknowledged data for 45 s.
constexpr long kKeepaliveIdle = 30, kKeepaliveInterval = 15;
constexpr unsigned kTcpUserTimeoutMillis = 45'000;

void set_blob(CURL* easy, CURLoption option, const std::string& pem) {
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
  set(easy, option, &blob);
}

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl().url_get(url, part, &text, flags) != CURLUE_OK) return {};
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

int on_socket(void*, curl_socket_t socket, curlsocktype) noexcept {
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kTcpUserTimeoutMillis, sizeof kTcpUserTimeoutMillis);
  return CURL_SOCKOPT_OK;
}

}  // namespace

void append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl().slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

CurlServer::CurlServer(const ClientConfig& config) {
  const std::unique_ptr<CURLU, CurlDeleter> url(curl().url());
  if (url == nullptr) throw std::bad_alloc();
  if (curl().url_set(url.get(), CURLUPART_URL, config.server.c_str(), 0) != CURLUE_OK) {
    throw usage_error(fmt::format("the server \"{}\" is not a URL such as https://host:6443", config.server));
  }
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  const std::string port = url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  address = fmt::format("{}:{}", host, port);
  url_prefix = config.server;
  path_prefix = url_part(url.get(), CURLUPART_PATH);
  while (path_prefix.ends_with('/')) path_prefix.pop_back();
  tls_name = config.tls_server_name.empty() ? host : config.tls_server_name;
  if (tls_name.starts_with('[')) tls_name = tls_name.substr(1, tls_name.size() - 2);
  if (config.tls_server_name.empty() || !config.server.starts_with("https://")) return;
  // SNI and verification follow the URL's host; the connection and the Host header keep the real one.
  curl().url_set(url.get(), CURLUPART_HOST, config.tls_server_name.c_str(), 0);
  url_prefix = url_part(url.get(), CURLUPART_URL);
  while (url_prefix.ends_with('/')) url_prefix.pop_back();
  connect_to = fmt::format("{}:{}:{}", url_part(url.get(), CURLUPART_HOST), port, address);
  host_header = address;
}

void set_address(CURL* easy, const CurlServer& server, const ClientConfig& config, const std::string& url,
                 CurlList& connect_to) {
  set(easy, CURLOPT_URL, url.c_str());
  if (!server.connect_to.empty()) {
    append(connect_to, server.connect_to);
    set(easy, CURLOPT_CONNECT_TO, connect_to.get());
  }
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // Both always: libcurl's own reading of the environment differs from Go's.
  set(easy, CURLOPT_PROXY, config.proxy.c_str());
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void set_security(CURL* easy, const ClientConfig& config, const Credential& credential) {
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, config.insecure ? 0L : 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, config.insecure ? 0L : 2L);
  set(easy, CURLOPT_CERTINFO, 1L);  // the names that a failure tells
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

void set_liveness(CURL* easy) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a name lookup that hangs must not hold up the end of the request
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMillis);
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdle);
  set(easy, CURLOPT_TCP_KEEPINTVL, kKeepaliveInterval);
  set(easy, CURLOPT_SOCKOPTFUNCTION, &on_socket);
}

void check_header_value(std::string_view name, std::string_view value) {
  if (fits_in_header(value)) return;
  throw usage_error(fmt::format("invalid header field value for \"{}\": it holds a control character", name));
}

Headers identity_headers(const ClientConfig& config, const CurlServer& server, const Credential& credential) {
  Headers headers;
  headers.emplace_back("User-Agent", DBA_USER_AGENT);
  if (!server.host_header.empty()) headers.emplace_back("Host", server.host_header);
  if (!credential.authorization.empty()) headers.emplace_back("Authorization", credential.authorization.reveal());
  const Impersonation& impersonate = config.impersonate;
  if (!impersonate.user.empty()) headers.emplace_back("Impersonate-User", impersonate.user);
  if (!impersonate.uid.empty()) headers.emplace_back("Impersonate-Uid", impersonate.uid);
  for (const std::string& group : impersonate.groups) headers.emplace_back("Impersonate-Group", group);
  for (const auto& [key, value] : impersonate.extra) {
    headers.emplace_back("Impersonate-Extra-" + escape_extra_key(key), value);
  }
  for (const auto& [name, value] : headers) check_header_value(name, value);
  return headers;
}

}  // namespace dba::kube
