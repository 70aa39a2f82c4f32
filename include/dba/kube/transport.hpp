#pragma once
// HTTP as a port. The real one is libcurl on one thread with one connection (HTTP/2); tests bring their own.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/kube/config.hpp"
#include "dba/kube/credentials.hpp"

namespace dba::kube {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string target{};  ///< Path and query below the server's URL, e.g. "/api/v1/pods?limit=500".
  Headers headers{};     ///< Accept, Content-Type …; Authorization, User-Agent and Impersonate-* are the transport's.
  std::string body{};
  std::chrono::nanoseconds timeout{0};  ///< Whole exchange; of a stream: the longest silence. 0 = none.
  bool stream = false;                  ///< A watch or log: no compression, may last for ever.
};

/// Why no complete response came.
struct TransportFailure {
  enum class Kind {
    refused,
    resolve,
    connect,
    tls,
    timeout,
    reset,      ///< The connection ended before any part of the response.
    truncated,  ///< The response began and was cut off.
    malformed,  ///< What came is not HTTP.
    foreign,    ///< A whole response, but not one of a Kubernetes API: something in between has answered.
    cancelled,
    other,
  };
  Kind kind = Kind::other;
  std::string message{};  ///< kubectl's line, e.g. "The connection to the server … was refused - did you …".
  bool request_may_have_arrived = false;  ///< True once any byte of the request could have been sent.
  bool at_proxy = false;                  ///< It was the proxy that could not be reached.
};

/// Receives one response as it arrives; every call comes from the transport's thread and must not block for long.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void on_head(int status, const Headers& headers) = 0;  ///< First call, once, when there is a response.
  /// False = enough: the request is cancelled.
  virtual bool on_body(std::string_view bytes) = 0;
  /// Last call, once. `failure` is null when the response is complete.
  virtual void on_end(const TransportFailure* failure) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Starts a request and returns at once; `credential` may be empty. Thread-safe.
  virtual std::uint64_t start(HttpRequest request, Credential credential, std::shared_ptr<ResponseSink> sink) = 0;
  /// Ends a request early; its sink gets `cancelled` unless it had ended. Thread-safe.
  virtual void cancel(std::uint64_t id) = 0;
};

/// One entry of a -v trace (bodies and headers make it several lines); secrets are already masked. Called from any
/// thread.
using Trace = std::function<void(std::string_view line)>;

/// The real transport: libcurl on one thread, started at the first request. Requests share one connection when the
/// server speaks HTTP/2. A request that was handed to a connection is never sent a second time behind the caller's
/// back, unless not one byte of its body had gone out. Without any time-out, 90 s without a byte end a request that is
/// not a stream.
/// @param verbosity kubectl's -v: 6 one line a request, 7 request headers, 8 response headers and cut bodies, 10 all.
std::shared_ptr<Transport> make_curl_transport(const ClientConfig& config, int verbosity, Trace trace);

}  // namespace dba::kube
