#pragma once
// `wait --for=…`: what is awaited, and a judge that looks at observed objects. No clock, no I/O.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/roles.hpp"

namespace dba::mssql {

struct WaitCondition {
  enum class Kind { phase, primary, primary_pod, primary_other, primary_changed, deleted, condition, jsonpath };
  Kind kind = Kind::phase;
  std::string text{};      ///< As typed, for messages: "phase=Ready".
  std::string name{};      ///< Phase, pod, condition type or JSONPath.
  std::string value{};     ///< Status of a condition ("True" when not given) or wanted value of a JSONPath.
  bool any_value = false;  ///< jsonpath without a value: anything but nothing will do.

  bool needs_pods() const;     ///< Whether the pods alone tell it.
  bool looks_at_pods() const;  ///< Whether pods have a say where they can be seen: for phase=Ready, too.
};

/// `phase=Ready`, `primary`, `primary=POD`, `primary!=POD`, `primary-changed`, `delete`, `condition=Type[=Status]`,
/// `jsonpath=PATH[=VALUE]`.
/// @throws Error (usage) listing the forms, or naming the phases for an unknown one.
WaitCondition parse_wait_condition(std::string_view text);
/// @throws Error (usage) when the condition names a pod that no pod of `database` can be: they are called
///         <database>-<number>.
void check_pod_of(const WaitCondition& condition, std::string_view database);

/// What is seen at one moment.
struct Observation {
  const Json* database = nullptr;           ///< nullptr = it does not exist (any more).
  const RoleReport* roles = nullptr;        ///< Needed for the primary conditions.
  const std::vector<Json>* pods = nullptr;  ///< For phase=Ready; nullptr = they cannot be seen.
};
/// What was seen when waiting began: the object that is meant, and who led.
struct WaitStart {
  std::string uid{};                         ///< Empty when the database did not exist yet.
  std::string primary_pod{}, primary_uid{};  ///< Who was labelled so, ready or not; empty when not exactly one was.
};
/// What a wait that begins with this observation is held against.
WaitStart start_of(const Observation& observation);

struct WaitVerdict {
  enum class State { met, waiting, never };
  State state = State::waiting;
  std::string text{};  ///< What was seen, or why it can never become so: one clause.
};
/// A newest observation judged. `never` for what cannot come any more: the database is gone, replaced or being deleted
/// (also where the condition still holds), halted (for Ready and for primaries).
WaitVerdict judge(const WaitCondition& condition, const WaitStart& start, const Observation& now);

}  // namespace dba::mssql
