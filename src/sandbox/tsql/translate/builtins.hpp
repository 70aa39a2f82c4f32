#pragma once
// The functions a statement may call by name and the variables with two @, as the translation sees them.

#include <cstddef>
#include <optional>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// A function that only depends on its arguments, which a runtime function of the same name (or `runtime`) does.
/// What `takes` says of each argument, the last letter standing for all that follow:
///   t text as it is, s text as nvarchar, i int, f float, n number as it is, d date or time, x text or bytes, * as it
///   is
/// `gives`: T text as long as it may get, t type of the first argument, i int, I bigint, f float, N nvarchar(4000),
///   D date, n the first argument's number, o datetimeoffset
struct PlainFunction {
  std::string_view name;
  std::size_t least, most;
  std::string_view takes;
  char gives;
  std::string_view runtime{};
  bool may_differ = false;  ///< At every call.
  bool null_free = false;   ///< Never NULL.
};
const PlainFunction* find_plain_function(std::string_view lower_name);

/// A function about the server or the session.
struct SystemFunction {
  std::string_view name;
  std::size_t least, most;
  Type type;
};
const SystemFunction* find_system_function(std::string_view lower_name);

/// Whether SQL Server has a function or a variable with two @ of this name that the simulation has not.
bool is_unsimulated(std::string_view lower_name);

/// The type of "@@rowcount" and the like.
std::optional<Type> global_type(std::string_view lower_name);

}  // namespace dba::sandbox::sqlserver::tsql
