#include "dba/mssql/wait_condition.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/paths.hpp"
#include "dba/mssql/names.hpp"

#include "phase.hpp"

namespace dba::mssql {

namespace {

using ConditionKind = WaitCondition::Kind;
using State = WaitVerdict::State;

constexpr std::string_view kForms =
    "phase=PHASE, primary, primary=POD, primary!=POD, primary-changed, delete, condition=TYPE[=STATUS], "
    "jsonpath=PATH[=VALUE]";

/// @source status.phase enum of the MSSQLServer CRD
constexpr std::array<std::string_view, 7> kPhases{"Provisioning", "DataRestoring", "Ready",  "Critical",
                                                  "NotReady",     "Halted",        "Unknown"};

std::string canonical_phase(std::string_view text, std::string_view typed) {
  std::vector<std::string> choices;
  for (const std::string_view phase : kPhases) {
    if (to_lower(phase) == to_lower(text)) return std::string(phase);
    choices.emplace_back(phase);
  }
  throw usage_error(fmt::format("--for: \"{}\" names no phase, use {}", typed, english_list(choices, "or")));
}

/// The "=" between a JSONPath and the wanted value: the first one outside brackets, braces and quotes.
std::size_t value_separator(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      --depth;
    } else if (c == '=' && depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

void split_json_path(WaitCondition& condition, std::string_view rest) {
  const std::size_t equals = value_separator(rest);
  condition.kind = ConditionKind::jsonpath;
  condition.name = rest.substr(0, equals);
  condition.any_value = equals == std::string_view::npos;
  if (!condition.any_value) condition.value = rest.substr(equals + 1);
}

/// @throws Error (usage) under the flag's name.
void check_json_path(const std::string& path) {
  try {
    codec::JsonPath::parse(path, codec::JsonPath::Braces::optional);
  } catch (const Error& error) {
    throw usage_error(fmt::format("--for: {}", error.what()));
  }
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : codec::compact_json(value);
}

WaitVerdict judge_ready(const Json& database, const std::vector<Json>* pods) {
  const Progress progress = provisioning_progress(database, pods);
  if (progress.state == Progress::State::ready && phase_of(database) == "Ready") return {State::met, "phase is Ready"};
  return {State::waiting, progress.text};
}

WaitVerdict judge_phase(const WaitCondition& condition, const Json& database, const std::vector<Json>* pods) {
  const std::string phase = phase_of(database);
  if (phase == condition.name && phase != "Ready") return {State::met, fmt::format("phase is {}", phase)};
  if (condition.name != "Halted" && codec::bool_at(database, {"spec", "halted"})) {
    return {State::never,
            fmt::format("it is halted (spec.halted is true), its phase will not become {}", condition.name)};
  }
  if (condition.name == "Ready") return judge_ready(database, pods);
  return {State::waiting, fmt::format("phase is {}", phase.empty() ? "not set" : phase)};
}

WaitVerdict judge_primary(const WaitCondition& condition, const WaitStart& start, const Observation& now) {
  if (codec::bool_at(*now.database, {"spec", "halted"})) {
    return {State::never, "it is halted (spec.halted is true), nothing will lead"};
  }
  if (now.roles == nullptr) return {State::waiting, "its pods cannot be seen"};
  const std::string text = role_summary(*now.roles);
  if (now.roles->primary_state != PrimaryState::one) return {State::waiting, text};
  const WaitStart seen = start_of(now);
  switch (condition.kind) {
    case ConditionKind::primary_pod:
      return {seen.primary_pod == condition.name ? State::met : State::waiting, text};
    case ConditionKind::primary_other:
      return {seen.primary_pod != condition.name ? State::met : State::waiting, text};
    case ConditionKind::primary_changed:
      return {seen.primary_uid != start.primary_uid ? State::met : State::waiting, text};
    case ConditionKind::primary:
    case ConditionKind::phase:
    case ConditionKind::deleted:
    case ConditionKind::condition:
    case ConditionKind::jsonpath:
      break;
  }
  return {State::met, text};
}

/// Type and status in any case, as kubectl compares them; the generation is not looked at, KubeDB leaves it stale.
WaitVerdict judge_condition(const WaitCondition& condition, const Json& database) {
  const Json* conditions = codec::find_at(database, {"status", "conditions"});
  if (conditions != nullptr && conditions->is_array()) {
    for (const Json& candidate : *conditions) {
      if (to_lower(codec::string_at(candidate, {"type"})) != to_lower(condition.name)) continue;
      const std::string status = codec::string_at(candidate, {"status"});
      return {to_lower(status) == to_lower(condition.value) ? State::met : State::waiting,
              fmt::format("condition {} is {}", condition.name, status)};
    }
  }
  return {State::waiting, fmt::format("condition {} is not there yet", condition.name)};
}

WaitVerdict judge_json_path(const WaitCondition& condition, const Json& database) {
  const std::vector<Json> values =
      codec::JsonPath::parse(condition.name, codec::JsonPath::Braces::optional).find(database);
  if (values.empty()) return {State::waiting, fmt::format("{} is not there", condition.name)};
  const bool met = condition.any_value || std::any_of(values.begin(), values.end(), [&condition](const Json& value) {
                     return text_of(value) == condition.value;
                   });
  return {met ? State::met : State::waiting, fmt::format("{} is {}", condition.name, text_of(values.front()))};
}

}  // namespace

bool WaitCondition::needs_pods() const {
  return kind == ConditionKind::primary || kind == ConditionKind::primary_pod || kind == ConditionKind::primary_other ||
         kind == ConditionKind::primary_changed;
}

bool WaitCondition::looks_at_pods() const { return needs_pods() || (kind == ConditionKind::phase && name == "Ready"); }

WaitCondition parse_wait_condition(std::string_view text) {
  WaitCondition condition{.text = std::string(text)};
  const std::size_t equals = text.find('=');
  const std::string word = to_lower(text.substr(0, equals));
  const std::string_view rest = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  const auto bad = [text] { return usage_error(fmt::format("--for: \"{}\" is not one of {}", text, kForms)); };
  if (equals != std::string_view::npos && rest.empty()) throw bad();
  if (word == "phase" && !rest.empty()) {
    condition.kind = ConditionKind::phase;
    condition.name = canonical_phase(rest, text);
  } else if (word == "primary") {
    condition.kind = rest.empty() ? ConditionKind::primary : ConditionKind::primary_pod;
    condition.name = rest;
  } else if (word == "primary!" && !rest.empty()) {
    condition.kind = ConditionKind::primary_other;
    condition.name = rest;
  } else if (word == "primary-changed" && rest.empty()) {
    condition.kind = ConditionKind::primary_changed;
  } else if ((word == "delete" || word == "deleted") && rest.empty()) {
    condition.kind = ConditionKind::deleted;
  } else if (word == "condition" && !rest.empty()) {
    const std::size_t status = rest.find('=');
    condition.kind = ConditionKind::condition;
    condition.name = rest.substr(0, status);
    condition.value = status == std::string_view::npos ? "True" : rest.substr(status + 1);
    if (condition.name.empty() || condition.value.empty()) throw bad();
  } else if (word == "jsonpath" && !rest.empty()) {
    split_json_path(condition, rest);
    if (condition.name.empty() || (condition.value.empty() && !condition.any_value)) throw bad();
    check_json_path(condition.name);
  } else {
    throw bad();
  }
  return condition;
}

void check_pod_of(const WaitCondition& condition, std::string_view database) {
  if (condition.kind != ConditionKind::primary_pod && condition.kind != ConditionKind::primary_other) return;
  if (const int ordinal = ordinal_of(condition.name); ordinal >= 0 && condition.name == pod_name(database, ordinal))
    return;
  throw usage_error(fmt::format("--for: \"{}\" is no pod of database \"{}\": they are called {}, {} and so on",
                                condition.name, database, pod_name(database, 0), pod_name(database, 1)));
}

WaitStart start_of(const Observation& observation) {
  WaitStart start;
  if (observation.database != nullptr) start.uid = codec::uid_of(*observation.database);
  if (observation.roles == nullptr || observation.roles->primary_state == PrimaryState::ambiguous) return start;
  const std::vector<std::string> claims = primary_pods(*observation.roles);
  start.primary_pod = observation.roles->primary;
  if (start.primary_pod.empty() && !claims.empty()) start.primary_pod = claims.front();
  for (const ReplicaRole& replica : observation.roles->replicas) {
    if (replica.pod == start.primary_pod && !replica.terminating) start.primary_uid = replica.uid;
  }
  return start;
}

WaitVerdict judge(const WaitCondition& condition, const WaitStart& start, const Observation& now) {
  const bool gone = now.database == nullptr;
  const bool replaced = !gone && !start.uid.empty() && codec::uid_of(*now.database) != start.uid;
  if (condition.kind == ConditionKind::deleted) {
    if (gone || replaced) return {State::met, replaced ? "it was deleted and made again" : "it is gone"};
    return {State::waiting, is_being_deleted(*now.database) ? "it is being deleted" : "nobody has deleted it yet"};
  }
  if (gone) {
    if (start.uid.empty()) return {State::waiting, "it does not exist yet"};
    return {State::never, "it was deleted"};
  }
  if (replaced) return {State::never, "it was deleted and made again"};
  // Whatever it still says of itself will not last: nobody can build on it.
  if (is_being_deleted(*now.database)) return {State::never, "it is being deleted"};
  if (condition.needs_pods()) return judge_primary(condition, start, now);
  if (condition.kind == ConditionKind::phase) return judge_phase(condition, *now.database, now.pods);
  if (condition.kind == ConditionKind::condition) return judge_condition(condition, *now.database);
  return judge_json_path(condition, *now.database);
}

}  // namespace dba::mssql
