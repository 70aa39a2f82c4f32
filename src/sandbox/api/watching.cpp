#include "api/watching.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

class Watching final : public Subscription {
 public:
  Watching(std::shared_ptr<const Collection> collection, const WatchOptions& options, const platform::Clock& clock)
      : collection_(std::move(collection)),
        options_(options),
        filter_(collection_->type(), options.selectors),
        clock_(clock),
        last_bookmark_(clock.steady_now()) {
    const std::uint64_t from = options.resource_version.empty() ? 0 : parse_resource_version(options.resource_version);
    if (from == 0) {
      Snapshot present = collection_->snapshot(options.ns);
      initial_.assign(present.items.begin(), present.items.end());
      version_ = present.version;
      end_of_initial_due_ = options.mark_end_of_initial;
    } else {
      version_ = from;
    }
  }

  std::optional<Event> next(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    if (auto event = next_initial()) return event;
    const auto until = std::chrono::steady_clock::now() + wait;
    while (!stop.stop_requested()) {
      const auto left = until - std::chrono::steady_clock::now();
      std::uint64_t latest = version_;
      const auto change = collection_->next_change(version_, left, stop, latest);
      version_ = latest;
      if (change) {
        if (auto event = event_of(*change)) return event;
      } else if (options_.bookmarks && clock_.steady_now() - last_bookmark_ >= options_.bookmark_period) {
        return bookmark(false);
      } else if (left.count() <= 0) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<Event> next_initial() {
    while (!initial_.empty()) {
      Object object = std::move(initial_.front());
      initial_.pop_front();
      if (filter_.matches(*object)) return Event{Event::Kind::added, std::move(object)};
    }
    if (!end_of_initial_due_) return std::nullopt;
    end_of_initial_due_ = false;
    return bookmark(true);
  }

  /// An object that stops or begins to match has gone or come, as far as this watch is concerned.
  std::optional<Event> event_of(const Change& change) const {
    if (!options_.ns.empty() && codec::namespace_of(*change.object) != options_.ns) return std::nullopt;
    const bool matched = change.previous != nullptr && filter_.matches(*change.previous);
    const bool matches = change.kind != Event::Kind::deleted && filter_.matches(*change.object);
    if (matches) return Event{matched ? Event::Kind::modified : Event::Kind::added, change.object};
    if (!matched) return std::nullopt;
    if (change.kind == Event::Kind::deleted) return Event{Event::Kind::deleted, change.object};
    Json last = *change.previous;
    last["metadata"]["resourceVersion"] = std::to_string(change.version);
    return Event{Event::Kind::deleted, std::make_shared<const Json>(std::move(last))};
  }

  Event bookmark(bool end_of_initial) {
    last_bookmark_ = clock_.steady_now();
    Json metadata = {{"resourceVersion", std::to_string(version_)}};
    if (end_of_initial) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
    Json object = {{"kind", collection_->type().kind},
                   {"apiVersion", collection_->type().api_version()},
                   {"metadata", std::move(metadata)}};
    return {Event::Kind::bookmark, std::make_shared<const Json>(std::move(object))};
  }

  std::shared_ptr<const Collection> collection_;
  WatchOptions options_;
  Filter filter_;
  const platform::Clock& clock_;
  platform::SteadyTime last_bookmark_;
  std::deque<Object> initial_{};
  bool end_of_initial_due_ = false;
  std::uint64_t version_ = 0;  ///< Everything up to here has been told.
};

}  // namespace

std::unique_ptr<Subscription> open_watch(std::shared_ptr<const Collection> collection, const WatchOptions& options,
                                         const platform::Clock& clock) {
  return std::make_unique<Watching>(std::move(collection), options, clock);
}

std::uint64_t parse_resource_version(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    // As the watch cache says it: a 500 without a reason.
    StatusError refused;
    refused.code = 500;
    refused.message = fmt::format(
        "resourceVersion: Invalid value: \"{0}\": strconv.ParseUint: parsing \"{0}\": invalid syntax", text);
    throw refused;
  }
  return value;
}

}  // namespace dba::sandbox::api
