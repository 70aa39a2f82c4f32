#pragma once
// What every connection to the API server has in common, whether requests or a WebSocket go over it: the address, who
// is trusted, who we are.

#include <memory>
#include <string>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/kube/transport.hpp"

#include "curl_api.hpp"

namespace dba::kube {

struct CurlDeleter {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
  void operator()(char* text) const { curl().free(text); }
};
using CurlEasy = std::unique_ptr<CURL, CurlDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlDeleter>;

/// @throws Error (unexpected) when libcurl does not take the option.
template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl().easy_setopt(easy, option, value);
  if (code != CURLE_OK) {
    throw Error(ExitCode::unexpected,
                fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl().easy_strerror(code)));
  }
}

void append(CurlList& list, const std::string& line);

/// Where requests go, taken apart once.
struct CurlServer {
  explicit CurlServer(const ClientConfig& config);
  std::string
      url_prefix{};  ///< What a target is appended to; has the TLS server name in place of the host if there is one.
  std::string host_header{};  ///< "host:port" when the URL does not say it; else empty.
  std::string connect_to{};   ///< CURLOPT_CONNECT_TO entry, else empty.
  std::string address{};      ///< "host:port" for messages.
  std::string tls_name{};     ///< What the certificate has to be valid for; an IPv6 address without brackets.
  std::string path_prefix{};  ///< Path of the server's URL; empty for the usual ones.
};

/// URL, proxy and the address behind it. @param connect_to keeps what libcurl only points to
void set_address(CURL* easy, const CurlServer& server, const ClientConfig& config, const std::string& url,
                 CurlList& connect_to);
/// Whom we trust, and our certificate.
void set_security(CURL* easy, const ClientConfig& config, const Credential& credential);
/// Limits of connecting, and how a peer that vanished is noticed.
void set_liveness(CURL* easy);

/// User-Agent, Host, Authorization and Impersonate-*. @throws Error (usage) when a value holds a control character.
Headers identity_headers(const ClientConfig& config, const CurlServer& server, const Credential& credential);
/// @throws Error (usage) when the value holds a control character.
void check_header_value(std::string_view name, std::string_view value);

}  // namespace dba::kube
