#pragma once
// status.conditions of an MSSQLServer and the phase that follows from them. Pure. @source kubedb.md 1.6

#include <string>
#include <string_view>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

struct Condition {
  std::string type{};
  bool status = true;
  std::string reason{}, message{};
};

/// The words of a condition about this database. @param type one of those the operator sets
Condition make_condition(std::string_view type, bool status, const Json& database);

bool is_true(const Json& conditions, std::string_view type);
bool is_false(const Json& conditions, std::string_view type);
bool has_condition(const Json& conditions, std::string_view type);

/// Puts it at the end, or in its place. lastTransitionTime moves only when the status does.
/// @returns whether anything changed.
bool set_condition(Json& conditions, const Condition& condition, std::int64_t generation, WallTime now);
/// @returns whether it was there.
bool remove_condition(Json& conditions, std::string_view type);

/// Empty when nothing has begun.
std::string phase_of(const Json& conditions);

}  // namespace dba::sandbox::kubedb
