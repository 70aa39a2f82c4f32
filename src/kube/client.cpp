#include "dba/kube/client.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

#include "api_error_kinds.hpp"
#include "client_impl.hpp"
#include "warnings.hpp"

namespace dba::kube {

namespace {

/// @source client-go rest.withRetry: ten retries; 1 s before a GET whose connection broke.
constexpr int kMaxRetries = 10;
constexpr auto kRetryPause = std::chrono::seconds(1);
/// Ours: Retry-After may hold a call up no longer than this when no --request-timeout is set.
constexpr auto kLongestRetryAfter = std::chrono::seconds(60);

bool is_success(int status) { return status >= 200 && status < 300; }

/// Seconds of a Retry-After header; absent unless it is a whole number.
std::optional<int> retry_after(const Response& response) {
  const std::string_view text = response.header("Retry-After");
  int seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc() || end != text.data() + text.size() || text.empty() || seconds < 0) return std::nullopt;
  return seconds;
}

}  // namespace

void throw_interrupted(const Operation& operation) {
  const bool write = operation.verb == "create" || operation.verb == "patch" || operation.verb == "delete";
  std::string message = "interrupted";
  if (write && !operation.changes_nothing) {
    message += fmt::format("; whether the server carried out the {} of {} \"{}\" is unknown", operation.verb,
                           operation.resource, operation.name);
  }
  throw Error(ExitCode::interrupted, std::move(message));
}

Client::Impl::Impl(ClientConfig config_in, ClientOptions options_in)
    : config(std::move(config_in)), options(std::move(options_in)) {}

Call Client::Impl::call(const std::stop_token& stop) const {
  Call call{.stop = stop, .deadline = deadline()};
  if (config.request_timeout.count() > 0) {
    const auto until = options.clock->steady_now() + config.request_timeout;
    call.deadline = call.deadline ? std::min(*call.deadline, until) : until;
  }
  return call;
}

std::optional<platform::SteadyTime> Client::Impl::deadline() const {
  const std::scoped_lock lock(mutex_);
  return deadline_;
}

HttpRequest Client::Impl::request(std::string_view method, const std::string& path, Query query) const {
  if (config.request_timeout.count() > 0) query.set("timeout", format_duration(config.request_timeout));
  HttpRequest request;
  request.method = method;
  std::string parameters = query.text();
  // A path that was given as text may bring its own.
  if (!parameters.empty() && path.find('?') != std::string::npos) parameters.front() = '&';
  request.target = path + parameters;
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

HttpRequest Client::Impl::request_with_body(std::string_view method, const std::string& path, Query query,
                                            std::string_view content_type, const Json& body) const {
  HttpRequest request = this->request(method, path, std::move(query));
  request.headers.emplace_back("Content-Type", content_type);
  request.body = codec::compact_json(body);
  return request;
}

std::unique_ptr<PendingExchange> Client::Impl::begin(const HttpRequest& request, const Operation& operation,
                                                     const Call& call) {
  HttpRequest attempt = request;
  if (call.deadline) {
    attempt.timeout = *call.deadline - options.clock->steady_now();
    if (attempt.timeout.count() <= 0) {
      throw make_api_error({.kind = TransportFailure::Kind::timeout, .message = "context deadline exceeded"},
                           operation);
    }
  }
  Credential credential = options.credentials->current(call.stop);
  return std::make_unique<PendingExchange>(options.transport, std::move(attempt), std::move(credential));
}

/// Decides after each attempt of one call whether there is another one, and waits until then.
class Client::Impl::Retries {
 public:
  Retries(const Impl& client, const HttpRequest& request, const Operation& operation, const Call& call)
      : client_(client), request_(request), operation_(operation), call_(call) {}

  int attempt() const { return attempt_; }

  /// Only a read may be sent again after its connection broke: nobody knows what became of a write.
  bool again_after(TransportFailure& failure) {
    const bool broken =
        failure.kind == TransportFailure::Kind::reset || failure.kind == TransportFailure::Kind::truncated;
    if (request_.method == "GET" && broken && pause(kRetryPause, "Got a broken connection")) {
      earlier_failure_ = failure.message;
      return true;
    }
    if (!earlier_failure_.empty() && earlier_failure_ != failure.message) {
      failure.message += " - error from a previous attempt: " + earlier_failure_;
    }
    return false;
  }

  bool again_after(const Response& response, const Credential& used) {
    if (response.status == 401 && !refreshed_) {
      refreshed_ = true;
      if (client_.options.credentials->refresh_after_unauthorized(used)) return next();
    }
    const std::optional<int> delay = retry_after(response);
    const bool busy = response.status == 429 || response.status >= 500;
    return busy && delay && pause(std::chrono::seconds(*delay), "Got a Retry-After response");
  }

 private:
  bool next() {
    ++attempt_;
    return true;
  }

  /// False when the call may not wait that long.
  bool pause(std::chrono::nanoseconds delay, std::string_view why) {
    platform::Clock& clock = *client_.options.clock;
    const platform::SteadyTime until = clock.steady_now() + delay;
    if (attempt_ > kMaxRetries || slept_ + delay > kLongestRetryAfter || (call_.deadline && until >= *call_.deadline)) {
      return false;
    }
    client_.trace(fmt::format("{} delay=\"{}\" attempt={} url=\"{}\"", why, format_duration(delay), attempt_,
                              client_.config.server + request_.target));
    if (clock.sleep_until(until, call_.stop)) throw_interrupted(operation_);
    slept_ += delay;
    return next();
  }

  const Impl& client_;
  const HttpRequest& request_;
  const Operation& operation_;
  const Call& call_;
  int attempt_ = 1;
  bool refreshed_ = false;
  std::chrono::nanoseconds slept_{0};
  std::string earlier_failure_;
};

Response Client::Impl::exchange(const HttpRequest& request, const Operation& operation, const Call& call,
                                std::unique_ptr<PendingExchange> first) {
  Retries retries(*this, request, operation, call);
  while (true) {
    const std::unique_ptr<PendingExchange> pending = first ? std::move(first) : begin(request, operation, call);
    std::optional<Outcome> outcome = pending->wait(call.stop);
    if (!outcome) throw_interrupted(operation);
    if (outcome->failure) {
      if (retries.again_after(*outcome->failure)) continue;
      throw error_of(*outcome->failure, operation);
    }
    Response& response = outcome->response;
    take_warnings(response.headers);
    if (retries.again_after(response, pending->credential())) continue;
    response.attempts = retries.attempt();
    return std::move(response);
  }
}

Response Client::Impl::expect_success(const HttpRequest& request, const Operation& operation, const Call& call,
                                      std::unique_ptr<PendingExchange> first) {
  Response response = exchange(request, operation, call, std::move(first));
  if (!is_success(response.status)) throw error_of(response, operation);
  return response;
}

ApiError Client::Impl::error_of(const Response& response, const Operation& operation) const {
  StatusInfo status = read_status(response.status, response.header("Content-Type"), response.body, operation);
  if (status.retry_after_seconds == 0) status.retry_after_seconds = retry_after(response).value_or(0);
  return make_api_error(status, operation);
}

ApiError Client::Impl::error_of(const TransportFailure& failure, const Operation& operation) const {
  ApiError error = make_api_error(failure, operation);
  const bool no_kubeconfig = config.nothing_configured && error.kind() == ApiError::Kind::unreachable;
  return no_kubeconfig ? without_kubeconfig(error, config.looked_for, operation) : error;
}

void Client::Impl::take_warnings(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (to_lower(name) != "warning") continue;
    for (const std::string& text : parse_warning_header(value)) {
      {
        const std::scoped_lock lock(mutex_);
        if (!warnings_.insert(text).second) continue;
      }
      if (options.on_warning) options.on_warning(text);
    }
  }
}

void Client::Impl::trace(std::string_view line) const {
  if (options.trace) options.trace(line);
}

Client::Client(ClientConfig config, ClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(options))) {}
Client::~Client() = default;

const ClientConfig& Client::config() const { return impl_->config; }
platform::Clock& Client::clock() const { return *impl_->options.clock; }
const std::stop_token& Client::stop() const { return impl_->options.stop; }

void Client::Impl::tell_lost(const Error& error) {
  if (lost_.exchange(true) || !options.on_warning) return;
  options.on_warning(fmt::format("cannot follow what happens, trying again: {}", why(error)));
}

void Client::Impl::tell_found() {
  if (lost_.exchange(false) && options.on_warning) options.on_warning("the API server answers again");
}

int Client::warning_count() const {
  const std::scoped_lock lock(impl_->mutex_);
  return static_cast<int>(impl_->warnings_.size());
}

void Client::set_deadline(std::optional<platform::SteadyTime> deadline) {
  const std::scoped_lock lock(impl_->mutex_);
  impl_->deadline_ = deadline;
}

}  // namespace dba::kube
