#include "reflector.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/platform/terminal.hpp"

#include "answers.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kMetadataOfEvents =
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
/// Seconds the server keeps one watch open: random, so that many watchers do not come back all at once.
constexpr std::uint64_t kLeastSeconds = 300, kSpreadSeconds = 300;
/// A stream is silent longer than its time-out only when the peer is gone.
constexpr std::chrono::seconds kSilenceMargin{30};
constexpr std::chrono::seconds kPollInterval{2};
constexpr std::chrono::seconds kShortestStream{1};
constexpr std::chrono::seconds kRefusalGrace{15};

bool is_expired(const StatusInfo& status) {
  return status.code == 410 || status.reason == "Expired" || status.reason == "Gone";
}

/// A request that ends with this object at the latest.
class StartedRequest {
 public:
  StartedRequest(Transport& transport, HttpRequest request, const Credential& credential,
                 std::shared_ptr<ResponseSink> sink)
      : transport_(transport), id_(transport.start(std::move(request), credential, std::move(sink))) {}
  ~StartedRequest() { transport_.cancel(id_); }
  StartedRequest(const StartedRequest&) = delete;
  StartedRequest& operator=(const StartedRequest&) = delete;

 private:
  Transport& transport_;
  std::uint64_t id_;
};

}  // namespace

Reflector::Reflector(Client& client, const WatchTarget& target, std::size_t index, std::shared_ptr<WatchQueue> queue)
    : client_(client),
      impl_(client.impl()),
      target_(target),
      index_(index),
      queue_(std::move(queue)),
      known_(
          *target.type,
          [this](WatchEvent::Kind kind, Json&& object) { emit(kind, std::make_unique<Json>(std::move(object))); },
          target.metadata_of_missed) {}

Operation Reflector::operation(std::string_view verb) const {
  return {.verb = std::string(verb), .resource = target_.type->qualified(), .ns = target_.ns};
}

void Reflector::emit(WatchEvent::Kind kind, std::unique_ptr<Json> object, std::shared_ptr<const ApiError> error) {
  WatchEvent event;
  event.kind = kind;
  event.target = index_;
  event.object = std::move(object);
  event.error = std::move(error);
  queue_->push(std::move(event), stop_);
}

void Reflector::run(const std::stop_token& stop) {
  stop_ = stop;
  while (!stop.stop_requested()) {
    try {
      follow();
    } catch (const ApiError& error) {
      if (is_final(error)) {
        emit(WatchEvent::Kind::failed, {}, std::make_shared<ApiError>(error));
        break;
      }
      pause_after(error);
    } catch (const Error& error) {
      if (error.code() == ExitCode::interrupted) break;
      emit(WatchEvent::Kind::failed, {},
           std::make_shared<ApiError>(ApiError::Kind::other, StatusInfo{}, error.info(), false));
      break;
    }
  }
  queue_->set_idle(index_, true);
}

bool Reflector::is_final(const ApiError& error) {
  if (!synced_ && ++failed_first_lists_ == target_.first_list_tries) return true;
  if (error.code() != ExitCode::denied && error.code() != ExitCode::refused) return false;
  if (!synced_) return true;
  const platform::SteadyTime now = client_.clock().steady_now();
  if (!refused_since_) refused_since_ = now;
  return now - *refused_since_ > kRefusalGrace;
}

void Reflector::sleep(std::chrono::nanoseconds duration) {
  client_.clock().sleep_until(client_.clock().steady_now() + duration, stop_);
  queue_->set_idle(index_, false);  // time has passed: whoever waits with a deadline looks again
}

void Reflector::pause(int retry_after_seconds) {
  const std::chrono::nanoseconds grown = backoff_.next(client_.clock().steady_now(), platform::random_bits());
  sleep(retry_after_seconds > 0 ? std::chrono::seconds(retry_after_seconds) : grown);
}

void Reflector::pause_after(const ApiError& error) {
  impl_.trace(fmt::format("{}: {}", error.info().message, error.info().cause));
  if (++failures_ == 2 && synced_ && !stop_.stop_requested()) impl_.tell_lost(error);
  pause(error.status().retry_after_seconds);
}

void Reflector::works() {
  if (std::exchange(failures_, 0) > 0) impl_.tell_found();
}

/// One list and all watches that can follow from it.
void Reflector::follow() {
  list();
  while (!stop_.stop_requested()) {
    if (polls_) {
      sleep(kPollInterval);
      return;
    }
    switch (watch_or_wait()) {
      case Next::resume:
        break;
      case Next::relist:
        return;
      case Next::poll:
        impl_.trace(fmt::format("Not allowed to watch {}, polling instead", target_.type->qualified()));
        polls_ = true;
        break;
    }
  }
}

/// A watch that cannot be started for now is tried again from the same place, so that what happens meanwhile is told
/// step by step and not as one difference.
Reflector::Next Reflector::watch_or_wait() {
  try {
    return watch();
  } catch (const ApiError& error) {
    if (error.code() == ExitCode::denied || error.code() == ExitCode::refused) throw;
    pause_after(error);
    return Next::resume;
  }
}

void Reflector::list() {
  const auto take_page = [this](const ListPage& page) {
    for (const ListPage::Span& span : page.items) known_.listed(parse_item(*target_.type, page.item(span)));
  };
  known_.begin_list();
  resource_version_ =
      impl_.list_pages(*target_.type, target_.ns, target_.options, stop_, take_page, [this] { known_.begin_list(); });
  known_.end_list();
  refused_since_.reset();
  works();
  if (!std::exchange(synced_, true)) emit(WatchEvent::Kind::synced);
}

HttpRequest Reflector::watch_request() const {
  const std::uint64_t seconds = kLeastSeconds + platform::random_bits() % kSpreadSeconds;
  Query query = Client::Impl::list_query(target_.options);
  query.set("watch", "true")
      .set("allowWatchBookmarks", "true")
      .set("resourceVersion", resource_version_)
      .set("timeoutSeconds", std::to_string(seconds));
  HttpRequest request;
  request.target = target_.type->path(target_.ns) + query.text();
  request.headers.emplace_back("Accept", target_.options.metadata_only ? kMetadataOfEvents : "application/json");
  request.timeout = std::chrono::seconds(seconds) + kSilenceMargin;
  request.stream = true;
  return request;
}

Reflector::Next Reflector::watch() {
  const platform::SteadyTime began = client_.clock().steady_now();
  const std::string from = resource_version_;
  const auto stream = std::make_shared<WatchStream>(queue_, index_);
  const Credential credential = impl_.options.credentials->current(stop_);
  const StartedRequest request(*impl_.options.transport, watch_request(), credential, stream);
  const int status = stream->status(stop_);
  impl_.take_warnings(stream->headers());
  if (status == 401 && !std::exchange(refreshed_, true) &&
      impl_.options.credentials->refresh_after_unauthorized(credential)) {
    return Next::resume;
  }
  if (status != 200) return after_refusal(*stream);
  refreshed_ = false;
  works();
  const Next next = read_events(*stream);

  const std::chrono::nanoseconds lived = client_.clock().steady_now() - began;
  if (next == Next::resume && lived < kShortestStream && !stop_.stop_requested()) {
    if (from == resource_version_) {
      pause();
    } else {
      sleep(kShortestStream - lived);
    }
  }
  return next;
}

Reflector::Next Reflector::read_events(WatchStream& stream) {
  FrameSplitter frames;
  try {
    while (std::optional<std::string> bytes = stream.read(stop_)) {
      frames.feed(*bytes);
      while (const std::optional<std::string> frame = frames.next()) {
        const Next next = take_event(*frame);
        if (next != Next::resume) return next;
      }
    }
  } catch (const ApiError&) {
    throw;
  } catch (const Error& error) {
    throw foreign_answer(error.info().message, operation("watch"));
  }
  if (const auto failure = stream.failure(); failure && !stop_.stop_requested()) {
    impl_.trace(fmt::format("Watch of {} ended: {}", target_.type->qualified(), failure->message));
  }
  return Next::resume;
}

Reflector::Next Reflector::take_event(const std::string& frame) {
  Json event = codec::parse_json(frame, "a watch event");
  const std::string type = codec::string_at(event, {"type"});
  const auto found = event.find("object");
  if (found == event.end() || !found->is_object()) {
    throw foreign_answer("a watch event has no object", operation("watch"));
  }
  if (type == "ERROR") return after_error_event(*found);
  const std::string version = codec::resource_version_of(*found);
  if (type == "DELETED") {
    known_.deleted(item_of(*target_.type, std::move(*found), "watch"));
  } else if (type == "ADDED" || type == "MODIFIED") {
    known_.updated(item_of(*target_.type, std::move(*found), "watch"));
  } else if (type != "BOOKMARK") {
    throw foreign_answer(fmt::format("a watch event is of type \"{}\"", type), operation("watch"));
  }
  if (!version.empty()) resource_version_ = version;
  return Next::resume;
}

/// The stream tells that it cannot go on.
Reflector::Next Reflector::after_error_event(const Json& status_json) {
  const StatusInfo status = read_status(500, "application/json", codec::compact_json(status_json), operation("watch"));
  impl_.trace(fmt::format("Watch of {} ended: {}", target_.type->qualified(), kubectl_text(status)));
  if (is_expired(status)) return Next::relist;
  pause(status.retry_after_seconds);
  const bool passing = status.code == 429 || status.code == 500 || status.code == 504;
  return passing ? Next::resume : Next::relist;
}

/// The watch was not started.
Reflector::Next Reflector::after_refusal(WatchStream& stream) {
  const int status_code = stream.status(stop_);
  if (status_code == 0) {
    const auto failure = stream.failure();
    if (!failure || failure->kind == TransportFailure::Kind::cancelled) return Next::resume;
    throw make_api_error(*failure, operation("watch"));
  }
  Response response{.status = status_code, .headers = stream.headers()};
  while (const std::optional<std::string> bytes = stream.read(stop_)) response.body += *bytes;
  ApiError error = impl_.error_of(response, operation("watch"));
  if (is_expired(error.status())) return Next::relist;
  if (error.kind() == ApiError::Kind::forbidden) return Next::poll;
  throw std::move(error);
}

}  // namespace dba::kube
