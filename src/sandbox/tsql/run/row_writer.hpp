#pragma once
// Puts rows into a table: what columns and constraints demand is checked here.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsql/run/sql_session.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// What a value is converted to on its way into a column, before its length is looked at.
Type assigned_type(const Type& column);
/// A parameter in SQLite text as a value of that type.
std::string parameter_sql(std::size_t number, const Type& type);

class SqlSession::RowWriter {
 public:
  /// @param verb "INSERT" or "UPDATE", for messages
  RowWriter(SqlSession& session, const Target& target, std::string_view verb);
  /// Brings values to the lengths of their columns. @throws SqlError 515, 2628, 547
  void check(std::vector<Value>& row);
  /// @throws SqlError 2627, 2601
  void insert(std::int64_t rowid, const std::vector<Value>& row);
  void remove(std::int64_t rowid);
  std::int64_t next_rowid();
  /// The next value of the IDENTITY column; `given` (IDENTITY_INSERT) moves it on.
  Value next_identity(const TableColumn& column, const std::optional<Value>& given);
  void keep_identity();  ///< Writes down how far it came.

 private:
  struct Key {
    const KeyDefinition* definition;
    std::vector<std::size_t> columns;
    Prepared lookup;
  };
  void check_keys(const std::vector<Value>& row);
  [[noreturn]] void fail_duplicate(const Key& key, const std::vector<Value>& row) const;
  std::string table_label() const;

  SqlSession& session_;
  const Target& target_;
  std::string_view verb_;
  std::vector<Key> keys_{};
  std::vector<Prepared> checks_{};
  std::optional<Workspace::Change> insert_{}, remove_{};
  std::optional<std::int64_t> rowid_{}, identity_{};
};

/// The rows of OUTPUT, worked out as the changes are made and sent (or stored) after them.
class SqlSession::OutputRows {
 public:
  OutputRows(SqlSession& session, const Output& output, const Target& target);
  explicit operator bool() const { return statement_.has_value(); }
  /// A row before and after; empty = NULLs (there is none).
  void add(const std::vector<Value>& inserted, const std::vector<Value>& deleted);
  void send();

 private:
  SqlSession& session_;
  const Output& output_;
  std::size_t width_;
  std::optional<Prepared> statement_{};
  std::vector<Column> columns_{};
  std::vector<std::vector<Value>> rows_{};
};

template <typename Work>
std::int64_t SqlSession::atomically(Work work) {
  static constexpr std::string_view kName = " statement";  // no user's savepoint begins with a blank
  workspace_.save(kName);
  std::int64_t count = 0;
  try {
    count = work();
  } catch (...) {
    // SQLite ends the whole transaction when a change is interrupted.
    if (!connection_.in_transaction()) {
      discard();
    } else {
      workspace_.roll_back_to(kName);
      workspace_.forget(kName);
    }
    throw;
  }
  workspace_.forget(kName);
  flush_changes();
  return count;
}

}  // namespace dba::sandbox::sqlserver::tsql
