#pragma once
// What translating a statement asks of the session: which tables there are, what variables and the clock say.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"
#include "tsql/syntax/ast.hpp"
#include "tsql/types/moment.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct SourceColumn {
  std::string name{};
  Type type{};
  bool nullable = true;
  std::string sql{};  ///< Its name in SQLite.
  bool identity = false;
};

/// A table, temporary table, table variable or view as SQLite finds it.
struct Relation {
  std::string sql{};  ///< "r:agdb1"."dbo.orders"
  std::vector<SourceColumn> columns{};
};

class Catalog {
 public:
  virtual ~Catalog() = default;
  /// @throws SqlError 208 (no such object), 911, and what the host refuses
  virtual Relation relation(const ObjectName& name) = 0;
  virtual std::optional<Type> variable_type(std::string_view name) const = 0;
  virtual Value variable(std::string_view name) const = 0;
  virtual Moment now() const = 0;  ///< UTC, the same throughout a statement.
  virtual std::optional<Value> server_property(std::string_view name) const = 0;
};

}  // namespace dba::sandbox::sqlserver::tsql
