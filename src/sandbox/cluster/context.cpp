#include "cluster/context.hpp"

#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "cluster/informer.hpp"

namespace dba::sandbox::cluster {

namespace {

Json reference_to(const Json& object, const std::string& field) {
  Json reference{{"kind", object.value("kind", "")}};
  if (const std::string ns = codec::namespace_of(object); !ns.empty()) reference["namespace"] = ns;
  reference["name"] = codec::name_of(object);
  reference["uid"] = codec::uid_of(object);
  reference["apiVersion"] = object.value("apiVersion", "");
  reference["resourceVersion"] = codec::resource_version_of(object);
  if (!field.empty()) reference["fieldPath"] = field;
  return reference;
}

}  // namespace

const api::Resource& type_of(std::string_view api_version, std::string_view kind) {
  const api::Resource* const found = api::find_kind(api_version, kind);
  if (found == nullptr) throw Error(ExitCode::unexpected, fmt::format("{} {} is not served", api_version, kind));
  return *found;
}

void EventRecorder::record(const Json& object, const EventText& text) {
  const api::Resource& type = type_of("v1", "Event");
  const std::string involved_ns = codec::namespace_of(object);
  const std::string ns = involved_ns.empty() ? "default" : involved_ns;
  const std::size_t hash = std::hash<std::string>{}(codec::uid_of(object) + '\n' + text.type + text.reason + '\n' +
                                                    text.message + text.component);
  const std::string name = fmt::format("{}.{:016x}", codec::name_of(object), hash);
  const std::string now = timestamp(clock_);
  try {
    if (const api::Object known = api_.find(type, ns, name)) {
      api_.patch(type, ns, name, api::PatchKind::merge,
                 Json{{"count", codec::int_at(*known, {"count"}).value_or(1) + 1}, {"lastTimestamp", now}}, "",
                 {.field_manager = text.component});
      return;
    }
    api_.create(type, ns,
                Json{{"apiVersion", "v1"},
                     {"kind", "Event"},
                     {"metadata", {{"name", name}, {"namespace", ns}}},
                     {"involvedObject", reference_to(object, text.field)},
                     {"reason", text.reason},
                     {"message", text.message},
                     {"source", {{"component", text.component}}},
                     {"firstTimestamp", now},
                     {"lastTimestamp", now},
                     {"count", 1},
                     {"type", text.type},
                     {"eventTime", nullptr},
                     {"reportingComponent", text.component},
                     {"reportingInstance", ""}},
                {.field_manager = text.component});
  } catch (const api::StatusError&) {
    // An event that cannot be written (its namespace is ending) is lost, as everywhere.
  }
}

void FaultChanges::subscribe(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void FaultChanges::notify() {
  const std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) listener();
}

void FaultChanges::close() {
  const std::lock_guard lock(mutex_);
  listeners_.clear();
}

void write_status(api::Api& api, const api::Resource& type, const Json& before, Json object, std::string_view manager) {
  const Json* const old_status = codec::find_at(before, {"status"});
  const Json* const new_status = codec::find_at(object, {"status"});
  if (new_status == nullptr || (old_status != nullptr && *old_status == *new_status)) return;
  const std::string ns = codec::namespace_of(object);
  const std::string name = codec::name_of(object);
  api.update(type, ns, name, std::move(object), "status", {.field_manager = std::string(manager)});
}

void set_condition(Json& status, const ConditionText& condition, WallTime now) {
  Json& conditions = status["conditions"];
  if (!conditions.is_array()) conditions = Json::array();
  Json made{{"lastTransitionTime", format_rfc3339(now)}};
  if (!condition.message.empty()) made["message"] = condition.message;
  if (!condition.reason.empty()) made["reason"] = condition.reason;
  made["status"] = condition.status;
  made["type"] = condition.type;
  for (Json& known : conditions) {
    if (codec::string_at(known, {"type"}) != condition.type) continue;
    if (codec::string_at(known, {"status"}) == condition.status) {
      made["lastTransitionTime"] = codec::string_at(known, {"lastTransitionTime"}, format_rfc3339(now));
    }
    for (const auto& [name, value] : known.items()) {
      if (!made.contains(name) && name != "message" && name != "reason") made[name] = value;
    }
    known = std::move(made);
    return;
  }
  conditions.push_back(std::move(made));
}

std::string timestamp(const platform::Clock& clock) { return format_rfc3339(clock.wall_now()); }

std::chrono::nanoseconds draw(const world::World& world, std::string_view purpose, std::chrono::milliseconds least,
                              std::chrono::milliseconds most) {
  return world::Random(world.seed, purpose).between(least, most);
}

}  // namespace dba::sandbox::cluster
