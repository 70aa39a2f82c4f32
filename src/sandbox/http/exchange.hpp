#pragma once
// One request and the connection it came over: the way out for answers, and for streams that stay open.

#include <chrono>
#include <stop_token>
#include <string_view>

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include "http/request.hpp"

namespace dba::sandbox::http {

/// A client that takes longer to accept one piece of a stream is cut.
inline constexpr std::chrono::seconds kSlowestSend{5};

class Exchange {
 public:
  /// @param socket descriptor of the connection
  Exchange(Request request, Poco::Net::HTTPServerRequest& raw_request, Poco::Net::HTTPServerResponse& raw_response,
           int socket, std::stop_token stop);

  const Request& request() const { return request_; }
  const std::stop_token& stop() const { return stop_; }

  /// @throws Poco::Exception when the client does not take it.
  void answer(const Answer& answer);
  /// Starts a chunked answer of code 200; then send() as often as needed.
  void begin_stream(std::string_view content_type);
  /// One piece, flushed. @return false when the client is gone or too slow.
  bool send(std::string_view text);
  bool client_gone() const;  ///< Has hung up; does not block.
  void break_off();          ///< Cuts the connection without another byte.

  /// For sessions that speak another protocol from here on.
  Poco::Net::HTTPServerRequest& raw_request() { return raw_request_; }
  Poco::Net::HTTPServerResponse& raw_response() { return raw_response_; }

 private:
  Request request_;
  Poco::Net::HTTPServerRequest& raw_request_;
  Poco::Net::HTTPServerResponse& raw_response_;
  int socket_;
  std::stop_token stop_;
  std::ostream* stream_ = nullptr;

  void set_head(const Answer& answer);
  bool wants_gzip(const Answer& answer) const;
};

}  // namespace dba::sandbox::http
