#pragma once
// A blocking request on top of the asynchronous transport.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "dba/kube/transport.hpp"

namespace dba::kube {

struct Response {
  int status = 0;
  Headers headers{};
  std::string body{};
  int attempts = 1;  ///< How often the request was sent.
  /// The header's first value; empty when there is none. Names are compared without case.
  std::string_view header(std::string_view name) const;
};

struct Outcome {
  Response response{};
  std::optional<TransportFailure> failure{};  ///< Absent = the response is complete.
};

/// One request under way. Given up when destroyed before its end.
class PendingExchange {
 public:
  PendingExchange(std::shared_ptr<Transport> transport, HttpRequest request, Credential credential);
  ~PendingExchange();
  PendingExchange(const PendingExchange&) = delete;
  PendingExchange& operator=(const PendingExchange&) = delete;

  /// The end of the exchange. The transport keeps the request's time-out; half a second later this gives up by itself.
  /// Absent when `stop` was requested first.
  std::optional<Outcome> wait(const std::stop_token& stop);
  const Credential& credential() const { return credential_; }

 private:
  class Collector;
  std::shared_ptr<Transport> transport_;
  Credential credential_;
  std::chrono::nanoseconds timeout_;
  std::shared_ptr<Collector> collector_;
  std::uint64_t id_;
};

}  // namespace dba::kube
