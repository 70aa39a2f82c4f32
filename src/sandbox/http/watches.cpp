#include "http/watches.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/api_faults.hpp"
#include "http/parameters.hpp"
#include "http/problems.hpp"
#include "http/view.hpp"

namespace dba::sandbox::http {

namespace {

using std::chrono::steady_clock;

/// How long the stream may be quiet until it is checked that the client is still there.
constexpr std::chrono::milliseconds kCheckPeriod{500};
/// Without timeoutSeconds. @source kube-apiserver: --min-request-timeout, of which one to two times are waited.
constexpr std::chrono::seconds kDefaultLifetime{2700};

constexpr std::string_view kind_text(api::Event::Kind kind) {
  switch (kind) {
    case api::Event::Kind::added:
      return "ADDED";
    case api::Event::Kind::modified:
      return "MODIFIED";
    case api::Event::Kind::deleted:
      return "DELETED";
    case api::Event::Kind::bookmark:
      return "BOOKMARK";
  }
  return "";
}

std::string event_line(std::string_view type, std::string_view object) {
  return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

std::string error_line(const api::StatusError& error) {
  return event_line("ERROR", error.status().dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// @throws StatusError 400
std::chrono::seconds lifetime(const Request& request) {
  const std::int64_t seconds = number_parameter(request, "timeoutSeconds").value_or(0);
  constexpr std::int64_t kMost = 24 * 3600;
  return seconds > 0 ? std::chrono::seconds(std::min(seconds, kMost)) : kDefaultLifetime;
}

/// One watch: writes events in the form asked for.
class WatchStream {
 public:
  WatchStream(world::World& world, Exchange& exchange, const Target& target)
      : world_(world),
        exchange_(exchange),
        target_(target),
        lifetime_(lifetime(exchange.request())),
        view_(view_of(exchange.request(), target.type->custom)) {}

  void begin() { exchange_.begin_stream("application/json"); }

  /// @return false when the stream is over.
  bool send(std::string_view type, const Json& object) {
    if (strikes(world_, "api-disconnect", exchange_.request(), &target_)) {
      exchange_.break_off();
      return false;
    }
    const std::string text = render_object(view_, *target_.type, object, world_.clock.wall_now(), first_);
    first_ = false;
    return exchange_.send(event_line(type, text));
  }

  void fail(const api::StatusError& error) { exchange_.send(error_line(error)); }

  void follow(api::Subscription& subscription) {
    const steady_clock::time_point end = steady_clock::now() + lifetime_;
    while (!exchange_.stop().stop_requested()) {
      const auto left = end - steady_clock::now();
      if (left <= steady_clock::duration::zero()) return;
      const auto wait = std::min<std::chrono::nanoseconds>(left, kCheckPeriod);
      const std::optional<api::Event> event = subscription.next(wait, exchange_.stop());
      if (event ? !send(kind_text(event->kind), *event->object) : exchange_.client_gone()) return;
    }
  }

 private:
  world::World& world_;
  Exchange& exchange_;
  const Target& target_;
  std::chrono::seconds lifetime_;
  View view_;
  bool first_ = true;
};

/// @throws StatusError 422 @source kube-apiserver 1.36: validation of ListOptions
void check_initial_events(const Request& request) {
  if (!request.query.has("sendInitialEvents")) {
    if (request.query.get("resourceVersionMatch").empty()) return;
    throw invalid_options(
        "ListOptions", "resourceVersionMatch", "FieldValueForbidden",
        "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  if (request.query.get("resourceVersionMatch") != "NotOlderThan") {
    throw invalid_options("ListOptions", "resourceVersionMatch", "FieldValueForbidden",
                          "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
}

/// With sendInitialEvents every version is answered with what there is now.
std::string initial_version(const Request& request) {
  return request.query.flag("sendInitialEvents") ? "" : request.query.get("resourceVersion");
}

}  // namespace

void serve_watch(api::Api& api, world::World& world, Exchange& exchange, const Target& target) {
  const Request& request = exchange.request();
  if (!target.type->has_verb("watch")) throw method_not_allowed();
  check_initial_events(request);
  WatchStream stream(world, exchange, target);
  api::Selectors wanted = selectors(request);
  if (!target.name.empty()) wanted.fields = "metadata.name=" + target.name;
  bool begun = false;
  try {
    const auto subscription =
        api.watch(*target.type, target.ns, wanted, initial_version(request), request.query.flag("allowWatchBookmarks"),
                  request.query.flag("sendInitialEvents"));
    stream.begin();
    begun = true;
    stream.follow(*subscription);
  } catch (const api::StatusError& error) {
    // A version that is too old is told within the stream, as the API server's watch cache does.
    if (!begun && error.code != 410) throw;
    if (!begun) stream.begin();
    stream.fail(error);
  }
}

}  // namespace dba::sandbox::http
