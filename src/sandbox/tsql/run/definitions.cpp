#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/names.hpp"
#include "tsql/run/row_writer.hpp"
#include "tsql/syntax/parser.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

bool is_temporary(const std::string& name) { return name.starts_with('#') || name.starts_with('@'); }

/// As the server makes up names of constraints: PK__orders__3213E83F0D7A0286.
std::string made_up_name(std::string_view kind, const TableDefinition& table, std::size_t number) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : fmt::format("{}{}{}", kind, table.name, number))
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{}__{}__{:016X}", kind, std::string_view(table.name).substr(0, 8), hash);
}

/// Puts columns, keys and checks in, with names for what has none.
void add_elements(TableDefinition& table, TableElements elements) {
  for (ColumnDefinition& column : elements.columns) {
    if (table.find_column(column.name)) {
      fail(2705,
           fmt::format(
               "Column names in each table must be unique. Column name '{}' in table '{}' is specified more than once.",
               column.name, table.name),
           16, 3);
    }
    TableColumn added{std::move(column), ++table.last_number};
    if (added.identity) added.nullable = false;
    if (!added.default_text.empty() && added.default_name.empty())
      added.default_name = made_up_name("DF", table, static_cast<std::size_t>(added.number));
    table.columns.push_back(std::move(added));
  }
  for (KeyDefinition& key : elements.keys) {
    for (const std::string& name : key.columns) {
      const std::optional<std::size_t> place = table.find_column(name);
      if (!place) fail(1911, fmt::format("Column name '{}' does not exist in the target table or view.", name));
      if (key.kind != KeyKind::primary) continue;
      if (table.columns[*place].nullable == true)
        fail(8111, fmt::format("Cannot define PRIMARY KEY constraint on nullable column in table '{}'.", table.name));
      table.columns[*place].nullable = false;
    }
    const bool second = key.kind == KeyKind::primary && std::ranges::any_of(table.keys, [](const KeyDefinition& one) {
                          return one.kind == KeyKind::primary;
                        });
    if (second) fail(1779, fmt::format("Table '{}' already has a primary key defined on it.", table.name), 16, 0);
    if (key.name.empty()) key.name = made_up_name(key.kind == KeyKind::primary ? "PK" : "UQ", table, table.keys.size());
    table.keys.push_back(std::move(key));
  }
  for (CheckDefinition& check : elements.checks) {
    if (check.name.empty()) check.name = made_up_name("CK", table, table.checks.size());
    table.checks.push_back(std::move(check));
  }
}

}  // namespace

void SqlSession::run_create(const CreateTable& create) {
  before_change();
  atomically([&] {
    create_table(create.name, create.elements);
    return std::int64_t{0};
  });
  done();
}

void SqlSession::create_table(const ObjectName& name, TableElements elements) {
  Target target;
  TableDefinition& table = target.table;
  table.name = name.object();
  if (is_temporary(table.name)) {
    target.schema = kTemporary;
    table.schema.clear();
  } else {
    target.database = database_of(name);
    if (!is_database(target.database) || !store_.contains(target.database)) {
      fail(2702, fmt::format("Database '{}' does not exist.", target.database), 16, 2);
    }
    table.schema = name.schema();
    if (table.schema != "dbo")
      fail(2760, fmt::format(
                     "The specified schema name \"{}\" either does not exist or you do not have permission to use it.",
                     table.schema));
    check_access(target.database, Access::write);
    target.schema = workspace_.writing(target.database, settings_.lock_timeout, answer().stop());
  }
  if (find_table(connection_, target.schema, table.full_name())) {
    fail(2714, fmt::format("There is already an object named '{}' in the database.", table.name), 16, 6);
  }
  if (elements.columns.empty()) fail_syntax(")", name.line);
  add_elements(table, std::move(elements));
  table.created = format_moment(*rounded(now_, {.id = TypeId::datetime}), {.id = TypeId::datetime});
  constexpr std::int64_t kFirstId = 581577110, kStep = 16;
  table.id = std::get<std::int64_t>(fetch(fmt::format("SELECT coalesce(max(id),{})+{} FROM {}.\"$tables\"",
                                                      kFirstId - kStep, kStep, quoted_identifier(target.schema)),
                                          {})[0][0]);
  workspace_.change(target.database, "CREATE TABLE ", table.full_name(), column_list_sql(table));
  for (const KeyDefinition& key : table.keys) add_index(target, key);
  save_definition(target);
}

void SqlSession::save_definition(const Target& target) {
  const Value values[] = {target.table.id, target.table.full_name(), to_json(target.table)};
  workspace_.change(target.database, "INSERT OR REPLACE INTO ", "$tables", "(id,name,definition) VALUES(?,?,?)",
                    values);
}

/// Only to find rows by: duplicates are looked for before a row goes in.
void SqlSession::add_index(const Target& target, const KeyDefinition& key) {
  std::string columns;
  for (const std::string& column : key.columns) {
    columns += (columns.empty() ? "" : ",") + target.table.columns[target.table.get_column(column)].sql();
  }
  workspace_.change(target.database, "CREATE INDEX ", index_name(target.table, key),
                    fmt::format(" ON {}({})", quoted_identifier(target.table.full_name()), columns));
}

void SqlSession::run_drop(const DropTable& drop) {
  before_change();
  for (const ObjectName& name : drop.names) {
    std::optional<Target> found;
    try {
      found = target(name);
    } catch (const SqlError& error) {
      if (error.message().number != 208) throw;
    }
    if (!found) {
      if (drop.if_exists) continue;
      fail(3701,
           fmt::format("Cannot drop the table '{}', because it does not exist or you do not have permission.",
                       name.text()),
           11, 5);
    }
    atomically([&] {
      workspace_.change(found->database, "DROP TABLE ", found->table.full_name(), "");
      const Value id[] = {found->table.id};
      workspace_.change(found->database, "DELETE FROM ", "$tables", " WHERE id=?", id);
      workspace_.change(found->database, "DELETE FROM ", "$identity", " WHERE id=?", id);
      return std::int64_t{0};
    });
  }
  flush_changes();
  done();
}

void SqlSession::run_create_index(const CreateIndex& create) {
  before_change();
  Target table = target(create.table);
  for (const KeyDefinition& key : table.table.keys) {
    if (!same_name(key.name, create.key.name)) continue;
    fail(1913,
         fmt::format("The operation failed because an index or statistics with name '{}' already exists on table '{}'.",
                     key.name, table.label));
  }
  atomically([&] {
    TableElements elements;
    elements.keys.push_back(create.key);
    add_elements(table.table, std::move(elements));
    check_unique(table, table.table.keys.back());
    add_index(table, table.table.keys.back());
    save_definition(table);
    return std::int64_t{0};
  });
  done();
}

void SqlSession::check_unique(const Target& target, const KeyDefinition& key) {
  if (key.kind == KeyKind::index) return;
  std::string columns, shown;
  for (const std::string& name : key.columns) {
    const TableColumn& column = target.table.columns[target.table.get_column(name)];
    columns += (columns.empty() ? "" : ",") + column.sql();
    const Bound text = converted({column.sql(), column.type, true, false}, kNvarchar);
    shown += (shown.empty() ? "" : " || ', ' || ") + fmt::format("coalesce({},'<NULL>')", text.sql);
  }
  const auto twice =
      fetch(fmt::format("SELECT {} FROM {} GROUP BY {} HAVING count(*) > 1 LIMIT 1", shown, target.sql(), columns), {});
  if (twice.empty()) return;
  fail(1505, fmt::format("The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the "
                         "object name '{}' and the index name '{}'. The duplicate key value is ({}).",
                         target.label, key.name, std::get<std::string>(twice[0][0])));
}

void SqlSession::run_drop_index(const DropIndex& drop) {
  before_change();
  Target table = target(drop.table);
  auto& keys = table.table.keys;
  const auto found =
      std::ranges::find_if(keys, [&](const KeyDefinition& key) { return same_name(key.name, drop.name); });
  if (found == keys.end() && !drop.if_exists) {
    fail(3701,
         fmt::format("Cannot drop the index '{}.{}', because it does not exist or you do not have permission.",
                     table.table.name, drop.name),
         11, 7);
  }
  if (found != keys.end() && !found->from_index) {
    fail(3723,
         fmt::format("An explicit DROP INDEX is not allowed on index '{}.{}'. It is being used for {} KEY constraint "
                     "enforcement.",
                     table.table.name, drop.name, found->kind == KeyKind::primary ? "PRIMARY" : "UNIQUE"),
         16, 4);
  }
  atomically([&] {
    if (found == keys.end()) return std::int64_t{0};
    workspace_.change(table.database, "DROP INDEX ", index_name(table.table, *found), "");
    keys.erase(found);
    save_definition(table);
    return std::int64_t{0};
  });
  done();
}

void SqlSession::run_alter(const AlterTable& alter) {
  before_change();
  Target table = target(alter.name);
  atomically([&] {
    add_to_table(table, alter);
    drop_from_table(table, alter);
    if (alter.alter) {
      TableColumn& column = table.table.columns[table.table.get_column(alter.alter->name)];
      const Bound same{"x", column.type, true, false};
      // Only what leaves the values as they are: longer text, wider numbers, NULL or not.
      if (converted(same, alter.alter->type).sql != "x") fail_unsupported("ALTER COLUMN (other type)");
      column.type = alter.alter->type;
      column.nullable = alter.alter->nullable.value_or(true);
    }
    save_definition(table);
    return std::int64_t{0};
  });
  done();
}

void SqlSession::add_to_table(Target& target, const AlterTable& alter) {
  const std::size_t known = target.table.columns.size(), keys = target.table.keys.size();
  const bool has_rows = !fetch(fmt::format("SELECT 1 FROM {} LIMIT 1", target.sql()), {}).empty();
  add_elements(target.table, alter.add);
  for (std::size_t i = known; i < target.table.columns.size(); ++i) {
    const TableColumn& column = target.table.columns[i];
    std::string sql = " ADD COLUMN " + column_sql(column);
    if (!column.takes_null()) {
      Binder binder(*this);
      const Type types[] = {column.type};
      const Value value = fetch("SELECT " + converted(default_of(column, binder), column.type).sql, types)[0][0];
      if (is_null(value) && has_rows) {
        fail(4901,
             fmt::format(
                 "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition "
                 "specified, or the column being added is an identity or timestamp column, or alternatively if none of "
                 "the previous conditions are satisfied the table must be empty to allow addition of this column. "
                 "Column '{}' cannot be added to non-empty table '{}' because it does not satisfy these conditions.",
                 column.name, target.table.name));
      }
      if (!is_null(value)) sql += " DEFAULT " + literal_sql(value, column.type);
    }
    workspace_.change(target.database, "ALTER TABLE ", target.table.full_name(), sql);
  }
  for (std::size_t i = keys; i < target.table.keys.size(); ++i) {
    check_unique(target, target.table.keys[i]);
    add_index(target, target.table.keys[i]);
  }
}

void SqlSession::drop_from_table(Target& target, const AlterTable& alter) {
  TableDefinition& table = target.table;
  for (const std::string& name : alter.drop_constraints) {
    const auto same = [&](const auto& one) { return same_name(one.name, name); };
    const auto key = std::ranges::find_if(table.keys, same);
    const auto check = std::ranges::find_if(table.checks, same);
    const auto column =
        std::ranges::find_if(table.columns, [&](const TableColumn& one) { return same_name(one.default_name, name); });
    if (key != table.keys.end()) {
      workspace_.change(target.database, "DROP INDEX ", index_name(table, *key), "");
      table.keys.erase(key);
    } else if (check != table.checks.end()) {
      table.checks.erase(check);
    } else if (column != table.columns.end()) {
      column->default_name.clear();
      column->default_text.clear();
    } else {
      fail(3728, fmt::format("'{}' is not a constraint.", name), 16, 1);
    }
  }
  for (const std::string& name : alter.drop_columns) {
    const std::size_t place = table.get_column(name);
    for (const KeyDefinition& key : table.keys) {
      if (std::ranges::none_of(key.columns, [&](const std::string& one) { return same_name(one, name); })) continue;
      fail(5074, fmt::format("The {} '{}' is dependent on column '{}'.", key.from_index ? "index" : "object", key.name,
                             name));
    }
    workspace_.change(target.database, "ALTER TABLE ", table.full_name(), " DROP COLUMN " + table.columns[place].sql());
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(place));
  }
}

void SqlSession::run_create_database(const CreateDatabase& create) {
  if (transactions_ > 0) fail(226, "CREATE DATABASE statement not allowed within multi-statement transaction.", 16, 6);
  if (is_database(create.name))
    fail(1801, fmt::format("Database '{}' already exists. Choose a different database name.", create.name), 16, 3);
  if (const std::optional<Message> refused = host_.create_database(create.name)) throw SqlError(*refused);
  done();
}

/// A group without a cluster manager takes no FAILOVER: its coordinator moves the primary. @source mssql.md 3.3, B
void SqlSession::run_fail_over(const FailOver& over) {
  const std::string role = fmt::format(
      "(SELECT s.role FROM sys.availability_groups AS g JOIN sys.dm_hadr_availability_replica_states AS s "
      "ON s.group_id = g.group_id WHERE s.is_local = 1 AND g.name = {})",
      quoted_text(over.group));
  const Value own = evaluate_as(*parse_expression(role), kInt);
  if (is_null(own)) {
    fail(15151, fmt::format("Cannot alter the availability group '{}', because it does not exist or you do not have "
                            "permission.",
                            over.group));
  }
  if (integer_or_zero(own) == 1) {
    fail(41122,
         fmt::format("Cannot failover availability group '{}' to this instance of SQL Server. The local availability "
                     "replica is already the primary replica of the availability group. To failover this availability "
                     "group to another instance of SQL Server, run the failover command on that instance.",
                     over.group));
  }
  fail(47122, fmt::format("Cannot failover an availability replica for availability group '{}' since it has "
                          "CLUSTER_TYPE = NONE. Only force failover is supported in this version of SQL Server.",
                          over.group));
}

void SqlSession::run_drop_database(const DropDatabase& drop) {
  if (transactions_ > 0) fail(226, "DROP DATABASE statement not allowed within multi-statement transaction.", 16, 6);
  for (const std::string& name : drop.names) {
    if (!is_database(name)) {
      if (drop.if_exists) continue;
      fail(3701,
           fmt::format("Cannot drop the database '{}', because it does not exist or you do not have permission.", name),
           11, 1);
    }
    if (same_name(name, database()))
      fail(3702, fmt::format("Cannot drop database \"{}\" because it is currently in use.", name), 16, 3);
    if (const std::optional<Message> refused = host_.drop_database(name)) throw SqlError(*refused);
  }
  done();
}

}  // namespace dba::sandbox::sqlserver::tsql
