#include "curl_failure.hpp"

#include <cerrno>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

#include "curl_api.hpp"

namespace dba::kube {

namespace {

using Failed = TransportFailure::Kind;

constexpr std::string_view kUnable = "Unable to connect to the server: ";

long os_error(CURL* easy) {
  long value = 0;
  curl().easy_getinfo(easy, CURLINFO_OS_ERRNO, &value);
  return value;
}

/// Whether the transfer got as far as sending its request.
bool was_started(CURL* easy) {
  curl_off_t pretransfer = 0;
  curl().easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
  return pretransfer > 0;
}

std::string host_of(std::string_view address) { return std::string(address.substr(0, address.rfind(':'))); }

std::string text_of(const FailedTransfer& failed) {
  return failed.detail.empty() ? curl().easy_strerror(failed.code) : failed.detail;
}

/// The subject alternative names of the server's own certificate that begin with `kind`, without it.
/// @source libcurl CURLINFO_CERTINFO, in OpenSSL's words: "X509v3 Subject Alternative Name:DNS:a, IP Address:127.0.0.1"
std::vector<std::string> certificate_names(CURL* easy, std::string_view kind) {
  constexpr std::string_view kField = "X509v3 Subject Alternative Name:";
  curl_certinfo* chain = nullptr;
  if (curl().easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr ||
      chain->num_of_certs == 0) {
    return {};
  }
  std::vector<std::string> names;
  for (const curl_slist* line = chain->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    if (!text.starts_with(kField)) continue;
    for (const std::string& entry : split(text.substr(kField.size()), ',')) {
      const std::string name = trim(entry);
      if (name.starts_with(kind)) names.push_back(name.substr(kind.size()));
    }
  }
  return names;
}

bool is_ip_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// @source Go crypto/x509 HostnameError.
std::string wrong_name_text(const FailedTransfer& failed) {
  const bool is_address = is_ip_address(failed.tls_name);
  const std::vector<std::string> names = certificate_names(failed.easy, is_address ? "IP Address:" : "DNS:");
  if (!names.empty()) {
    return fmt::format("certificate is valid for {}, not {}", fmt::join(names, ", "), failed.tls_name);
  }
  if (is_address) {
    return fmt::format("cannot validate certificate for {} because it doesn't contain any IP SANs", failed.tls_name);
  }
  return fmt::format("certificate is not valid for any names, but wanted to match {}", failed.tls_name);
}

/// @source OpenSSL X509_V_ERR_*; wording of Go's crypto/x509.
std::string tls_text(const FailedTransfer& failed) {
  constexpr std::string_view kVerify = "tls: failed to verify certificate: x509: ";
  long verify = X509_V_OK;
  curl().easy_getinfo(failed.easy, CURLINFO_SSL_VERIFYRESULT, &verify);
  switch (verify) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format("{}certificate signed by unknown authority", kVerify);
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{}certificate has expired or is not yet valid ({})", kVerify, text_of(failed));
    default:
      break;
  }
  if (failed.detail.find("wrong version number") != std::string::npos) {
    return "http: server gave HTTP response to HTTPS client";
  }
  // libcurl compares the names itself, and OpenSSL does not hear of it.
  // @source libcurl 7.88 lib/vtls/openssl.c: "SSL: no alternative certificate subject name matches target host name …"
  if (failed.detail.find("certificate subject name") != std::string::npos)
    return std::string(kVerify) + wrong_name_text(failed);
  if (failed.code == CURLE_PEER_FAILED_VERIFICATION) return fmt::format("{}{}", kVerify, text_of(failed));
  return "tls: " + text_of(failed);
}

TransportFailure connect_failure(const FailedTransfer& failed) {
  if (os_error(failed.easy) == ECONNREFUSED && !failed.through_proxy) {
    return {Failed::refused,
            fmt::format("The connection to the server {} was refused - did you specify the right host or "
                        "port?",
                        failed.address)};
  }
  return {Failed::connect,
          fmt::format("{}{}{}", kUnable, failed.through_proxy ? "proxyconnect tcp: " : "", text_of(failed))};
}

TransportFailure timeout_failure(const FailedTransfer& failed, bool started) {
  const bool by_request =
      failed.timeout.count() > 0 && failed.elapsed + std::chrono::milliseconds(50) >= failed.timeout;
  if (by_request) {
    return {Failed::timeout,
            fmt::format("{}context deadline exceeded (no answer within {})", kUnable,
                        format_duration(std::chrono::round<std::chrono::milliseconds>(failed.timeout)))};
  }
  if (!started) return {Failed::connect, fmt::format("{}dial tcp {}: i/o timeout", kUnable, failed.address)};
  return {Failed::timeout, fmt::format("{}nothing came from it for {}", kUnable, format_duration(failed.silence))};
}

TransportFailure broken_failure(const FailedTransfer& failed) {
  if (failed.head_seen) {
    return {Failed::truncated,
            fmt::format("unexpected error when reading response body. Please retry. Original error: {}",
                        failed.code == CURLE_PARTIAL_FILE ? "unexpected EOF" : text_of(failed))};
  }
  // The second: libcurl wanted to send the request again on a new connection, which we do not let it.
  if (failed.code == CURLE_GOT_NOTHING || failed.code == CURLE_SEND_FAIL_REWIND) {
    return {Failed::reset, fmt::format("{}EOF", kUnable)};
  }
  if (os_error(failed.easy) == ECONNRESET) {
    return {Failed::reset, fmt::format("{}read tcp {}: connection reset by peer", kUnable, failed.address)};
  }
  return {Failed::reset, fmt::format("{}{}", kUnable, text_of(failed))};
}

TransportFailure classify(const FailedTransfer& failed, bool started) {
  switch (static_cast<int>(failed.code)) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Failed::resolve, fmt::format("{}dial tcp: lookup {}: no such host", kUnable, host_of(failed.address))};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Failed::resolve, fmt::format("{}proxyconnect tcp: {}", kUnable, text_of(failed))};
    case CURLE_OPERATION_TIMEDOUT:
      return timeout_failure(failed, started);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return {Failed::tls, std::string(kUnable) + tls_text(failed)};
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9: the peer speaks something else
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return {Failed::malformed, fmt::format("{}malformed HTTP response: {}", kUnable, text_of(failed))};
    case CURLE_WRITE_ERROR:
      if (failed.sink_had_enough) return {Failed::cancelled, "cancelled"};
      break;
    default:
      break;
  }
  if (failed.code == CURLE_COULDNT_CONNECT || !started) return connect_failure(failed);
  switch (static_cast<int>(failed.code)) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return broken_failure(failed);
    default:
      return {Failed::other, std::string(kUnable) + text_of(failed)};
  }
}

}  // namespace

TransportFailure describe_failure(const FailedTransfer& failed) {
  const bool started = was_started(failed.easy);
  TransportFailure failure = classify(failed, started);
  failure.request_may_have_arrived = started || failed.head_seen;
  failure.at_proxy = failed.through_proxy && (failure.kind == Failed::connect || failure.kind == Failed::resolve);
  return failure;
}

}  // namespace dba::kube
