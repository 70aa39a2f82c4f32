#include "unanswered.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "answers.hpp"
#include "api_error_kinds.hpp"

namespace dba::kube {

namespace {

constexpr auto kBudget = std::chrono::seconds(10);
constexpr auto kLeastBudget = std::chrono::milliseconds(500);
/// A server that has lost its client ends the request soon; after this long an absent object was not created.
constexpr auto kSettled = std::chrono::seconds(2);
constexpr auto kFirstPause = std::chrono::milliseconds(100);
constexpr auto kLongestLookPause = std::chrono::seconds(1);
/// creationTimestamp and the Date header are cut to whole seconds, and API servers' clocks differ a little.
constexpr auto kClockError = std::chrono::seconds(2);

/// Fields that say who or when, not what; and what the API stores elsewhere.
bool is_bookkeeping(std::string_view key) {
  return key == "managedFields" || key == "resourceVersion" || key == "creationTimestamp" || key == "stringData" ||
         key == "status";
}

Json intent_of(const Json& object) {
  Json kept = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (is_bookkeeping(key)) continue;
    kept[key] = key == "metadata" && value.is_object() ? intent_of(value) : value;
  }
  return kept;
}

bool was_created_since(const Json& object, WallTime began) {
  const std::optional<WallTime> created =
      try_parse_rfc3339(codec::string_at(object, {"metadata", "creationTimestamp"}));
  return created && *created + kClockError >= began;
}

bool was_written_by(const Json& object, std::string_view field_manager) {
  const Json* entries = codec::find_at(object, {"metadata", "managedFields"});
  if (entries == nullptr || !entries->is_array()) return false;
  return std::any_of(entries->begin(), entries->end(), [&](const Json& entry) {
    return codec::string_at(entry, {"manager"}) == field_manager &&
           codec::string_at(entry, {"operation"}) == "Update" && !entry.contains("subresource");
  });
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

bool covers(const Json& actual, const Json& wanted) {
  if (wanted.is_object()) {
    if (!actual.is_object()) return false;
    return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& member) {
      const auto found = actual.find(member.key());
      if (found == actual.end()) return member.value().is_null();
      return covers(*found, member.value());
    });
  }
  if (wanted.is_array()) {
    return actual.is_array() && actual.size() == wanted.size() &&
           std::equal(wanted.begin(), wanted.end(), actual.begin(),
                      [](const Json& want, const Json& have) { return covers(have, want); });
  }
  return actual == wanted;
}

Fate judge_created(const Json& found, const Json& sent, std::string_view field_manager, WallTime began) {
  if (!was_created_since(found, began) || !was_written_by(found, field_manager)) return Fate::refused;
  return covers(found, intent_of(sent)) ? Fate::carried_out : Fate::undecided;
}

Fate judge_patched(const Json& found, const Json& patch) {
  Json change = patch;
  if (const auto metadata = change.find("metadata"); metadata != change.end() && metadata->is_object()) {
    metadata->erase("resourceVersion");
  }
  return covers(found, change) ? Fate::carried_out : Fate::not_yet;
}

Fate judge_removed(const Json& found, std::string_view uid, WallTime began) {
  const bool another = uid.empty() ? was_created_since(found, began) : codec::uid_of(found) != uid;
  const bool going = codec::find_at(found, {"metadata", "deletionTimestamp"}) != nullptr;
  return another || going ? Fate::carried_out : Fate::not_yet;
}

UnansweredWrite::UnansweredWrite(Client::Impl& client, const Address& address, Operation operation)
    : client_(client),
      address_(address),
      operation_(std::move(operation)),
      began_(client.options.clock->steady_now()) {}

Call UnansweredWrite::remaining() const {
  const platform::SteadyTime now = client_.options.clock->steady_now();
  platform::SteadyTime until = now + kBudget;
  if (const auto deadline = client_.deadline(); deadline) until = std::min(until, *deadline);
  return {.stop = client_.options.stop, .deadline = std::max(until, now + kLeastBudget)};
}

/// What one look-up saw: the object, if there is one, or why nothing could be seen.
struct UnansweredWrite::Sight {
  std::optional<Json> object{};
  WallTime server_now{};
  std::optional<ApiError> problem{};
};

UnansweredWrite::Sight UnansweredWrite::look(const Call& call) {
  const Operation operation{
      .verb = "get", .resource = operation_.resource, .ns = operation_.ns, .name = operation_.name};
  Sight sight{.server_now = client_.options.clock->wall_now()};
  try {
    const Response response = client_.get_response(*address_.type, address_.ns, address_.name, operation, call);
    sight.server_now = parse_http_date(response.header("Date")).value_or(sight.server_now);
    if (response.status == 200) {
      sight.object = read_object(response, operation, *address_.type);
    } else if (ApiError error = client_.error_of(response, operation); error.kind() != ApiError::Kind::not_found) {
      sight.problem = std::move(error);
    }
  } catch (const ApiError& error) {
    sight.problem = error;
  }
  return sight;
}

std::optional<Json> UnansweredWrite::settle(const ApiError& failure,
                                            const std::function<Fate(const std::optional<Json>&, WallTime)>& judge) {
  platform::Clock& clock = *client_.options.clock;
  const Call call = remaining();
  const platform::SteadyTime settled = clock.steady_now() + kSettled;
  client_.trace(fmt::format("No answer to the {} of {} \"{}\", looking it up", operation_.verb, operation_.resource,
                            operation_.name));
  for (std::chrono::nanoseconds pause = kFirstPause;;
       pause = std::min<std::chrono::nanoseconds>(2 * pause, kLongestLookPause)) {
    Sight sight = look(call);
    if (!sight.problem) {
      const auto passed = std::chrono::duration_cast<WallTime::duration>(clock.steady_now() - began_);
      switch (judge(sight.object, sight.server_now - passed)) {
        case Fate::carried_out:
          return std::move(sight.object);
        case Fate::refused:
          throw name_is_taken(operation_);
        case Fate::undecided:
          throw still_unknown(failure, operation_,
                              "an object of this name was made at the same time, with other content");
        case Fate::not_yet:
          if (clock.steady_now() >= settled) throw not_carried_out(failure, operation_);
      }
    }
    const platform::SteadyTime until = clock.steady_now() + pause;
    const bool hopeless = sight.problem && sight.problem->code() == ExitCode::denied;
    if (hopeless || until >= *call.deadline) {
      throw still_unknown(failure, operation_,
                          sight.problem ? "looking it up failed: " + sight.problem->info().cause
                                        : "it was not to be seen yet, and there was no time to look again");
    }
    if (clock.sleep_until(until, call.stop)) throw_interrupted(operation_);
  }
}

}  // namespace dba::kube
