#pragma once
// Expressions and queries in SQLite's language, with the types they have in T-SQL.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct Bound {
  std::string sql{};
  Type type{};
  bool nullable = true;
  bool null_literal = false;
};

/// A call of a runtime function (functions/runtime.hpp), as store/connection.hpp says.
std::string call_sql(std::string_view function, const Type& result, std::span<const std::string> args,
                     bool may_differ = false);
std::string aggregate_sql(std::string_view function, const Type& result, std::span<const std::string> args);
std::string literal_sql(const Value& value, const Type& type);

/// The expression brought to a type, as assigning it would. @throws SqlError 206, 529
Bound converted(const Bound& expr, const Type& to);
/// CONVERT(to, expr, style).
Bound cast_to(const Bound& expr, const Type& to, int style, bool attempt);
/// " COLLATE …" when values of the type do not compare by their bytes, else nothing.
std::string_view collation_of(const Type& type);
std::string collated(const Bound& expr);
/// What `common_type` says, with NULL literals going along with anything.
Type common_type_of(std::span<const Bound> exprs);

struct BoundQuery {
  std::string sql{};
  std::vector<Column> columns{};
  std::vector<std::string> variables{};  ///< SELECT @x = …: one for every column; else empty.
};

}  // namespace dba::sandbox::sqlserver::tsql
