#include "exchange.hpp"

#include <utility>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

namespace dba::kube {

class PendingExchange::Collector : public ResponseSink {
 public:
  void on_head(int status, const Headers& headers) override {
    const std::scoped_lock lock(mutex_);
    outcome_.response.status = status;
    outcome_.response.headers = headers;
  }

  bool on_body(std::string_view bytes) override {
    const std::scoped_lock lock(mutex_);
    outcome_.response.body += bytes;
    return true;
  }

  void on_end(const TransportFailure* failure) override {
    const std::scoped_lock lock(mutex_);
    if (failure != nullptr) outcome_.failure = *failure;
    ended_ = true;
    changed_.notify_all();
  }

  enum class Wait { ended, stopped, overdue };

  /// @param limit 0 = none.
  Wait wait(std::chrono::nanoseconds limit, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return ended_; };
    if (limit.count() == 0) {
      changed_.wait(lock, stop, ended);
    } else {
      changed_.wait_for(lock, stop, limit, ended);
    }
    if (ended_) return Wait::ended;
    return stop.stop_requested() ? Wait::stopped : Wait::overdue;
  }

  bool ended() {
    const std::scoped_lock lock(mutex_);
    return ended_;
  }

  Outcome take() {
    const std::scoped_lock lock(mutex_);
    return std::move(outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Outcome outcome_;
  bool ended_ = false;
};

std::string_view Response::header(std::string_view name) const {
  const std::string wanted = to_lower(name);
  for (const auto& [key, value] : headers) {
    if (to_lower(key) == wanted) return value;
  }
  return {};
}

PendingExchange::PendingExchange(std::shared_ptr<Transport> transport, HttpRequest request, Credential credential)
    : transport_(std::move(transport)),
      credential_(std::move(credential)),
      timeout_(request.timeout),
      collector_(std::make_shared<Collector>()),
      id_(transport_->start(std::move(request), credential_, collector_)) {}

PendingExchange::~PendingExchange() {
  if (!collector_->ended()) transport_->cancel(id_);
}

std::optional<Outcome> PendingExchange::wait(const std::stop_token& stop) {
  constexpr auto kGrace = std::chrono::milliseconds(500);
  const std::chrono::nanoseconds limit = timeout_.count() == 0 ? timeout_ : timeout_ + kGrace;
  switch (collector_->wait(limit, stop)) {
    case Collector::Wait::ended:
      return collector_->take();
    case Collector::Wait::stopped:
      return std::nullopt;
    case Collector::Wait::overdue:
      break;
  }
  Outcome outcome;
  outcome.failure = TransportFailure{
      .kind = TransportFailure::Kind::timeout,
      .message = fmt::format("Unable to connect to the server: context deadline exceeded (no answer within {})",
                             format_duration(std::chrono::round<std::chrono::milliseconds>(timeout_))),
      .request_may_have_arrived = true};
  return outcome;
}

}  // namespace dba::kube
