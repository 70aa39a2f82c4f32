#pragma once
// What -v prints about one request, with everything secret masked at every level.

#include <chrono>
#include <string>
#include <string_view>

#include "dba/kube/transport.hpp"

namespace dba::kube {

/// Milliseconds of the phases of one request; 0 = skipped (a reused connection). And the way it went.
struct RequestTimes {
  double lookup = 0, connect = 0, tls = 0, first_byte = 0, total = 0;
  long new_connections = 0;         ///< Made for this request; 0 = it shares one.
  std::string_view protocol = "-";  ///< "HTTP/2"
};

class HttpTrace {
 public:
  /// @param verbosity kubectl's levels: 6 a line a request, 7 request headers, 8 response headers and bodies cut at
  /// 1024
  ///                  bytes, 9 an equivalent curl command, times and bodies cut at 10240, 10 whole bodies.
  HttpTrace(int verbosity, Trace sink) : verbosity_(verbosity), sink_(std::move(sink)) {}

  bool wants_lines() const { return sink_ != nullptr && verbosity_ >= 6; }
  bool wants_bodies() const { return sink_ != nullptr && verbosity_ >= 8; }

  void request(const HttpRequest& request, std::string_view url, const Headers& headers) const;
  /// @param outcome "200 OK", or why there is no status.
  void response(const HttpRequest& request, std::string_view url, std::string_view outcome, const Headers& headers,
                const RequestTimes& times) const;
  /// @param whole false for a piece of a stream.
  void body(std::string_view what, const HttpRequest& request, std::string_view body, bool whole) const;

 private:
  void print(std::string_view text) const;
  int verbosity_;
  Trace sink_;
};

/// "200 OK"; the bare number when we have no name for it (HTTP/2 sends none).
std::string status_line(int status);
/// A header value as it may be shown: credentials become `<masked>`.
std::string masked_header(std::string_view name, std::string_view value);
/// A body as it may be shown: values of Secrets become `<masked>`, and where the text cannot be taken apart safely
/// (a torn Secret) all of it does.
std::string masked_body(std::string_view target, std::string_view body);

}  // namespace dba::kube
