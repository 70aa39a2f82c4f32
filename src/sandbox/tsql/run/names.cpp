#include "tsql/names.hpp"

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/row_writer.hpp"
#include "tsql/translate/builtins.hpp"

namespace dba::sandbox::sqlserver::tsql {

bool SqlSession::is_database(std::string_view name) const { return find_name(host_.databases(), name).has_value(); }

std::string SqlSession::database_of(const ObjectName& name) const {
  const std::size_t parts = name.parts.size();
  const std::string asked = parts > 2 ? name.parts[parts - 3] : "";
  return asked.empty() ? database() : find_name(host_.databases(), asked).value_or(asked);
}

void SqlSession::check_access(const std::string& name, Access access) const {
  if (const std::optional<Message> refused = host_.refusal(name, access, record_->login().read_only_intent))
    throw SqlError(*refused);
}

Relation SqlSession::relation(const ObjectName& name) {
  const std::string& object = name.object();
  std::string schema(kTemporary);
  std::string full_name = object;
  if (!object.starts_with('#') && !object.starts_with('@')) {
    const std::string owner = name.schema(), in = database_of(name);
    if (!is_database(in)) fail_object(name.text(), name.line);
    if (in != database()) check_access(in, Access::read);
    if (owner == "sys" || owner == "information_schema") return view(name, owner + "." + to_lower(object));
    check_access(in, Access::read);
    if (!store_.contains(in)) fail_object(name.text(), name.line);
    schema = workspace_.reading(in);
    full_name = owner + "." + object;
  }
  const std::optional<TableDefinition> table = find_table(connection_, schema, full_name);
  if (!table) fail_object(name.text(), name.line);
  return {quoted_identifier(schema) + "." + quoted_identifier(full_name), source_columns(*table)};
}

Relation SqlSession::view(const ObjectName& name, const std::string& full_name) {
  const std::string in = database_of(name);
  if (const std::optional<Table> own = own_view(full_name, in)) return load_view(*own);
  if (const std::optional<Table> given = host_.system_view(full_name, in)) return load_view(*given);
  fail(208,
       fmt::format("Invalid object name '{}'. (The sandbox has some of the system views: sys.all_objects lists them.)",
                   name.text()),
       16, 1, name.line);
}

/// A view's rows in a table of the statement's own.
Relation SqlSession::load_view(const Table& view) {
  const std::string name = fmt::format("view {}", scratch_.size());
  Relation relation{quoted_identifier(kTemporary) + "." + quoted_identifier(name), {}};
  std::string columns, values;
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const Column& column = view.columns[i];
    relation.columns.push_back({column.name, column.type, column.nullable, fmt::format("c{}", i + 1), false});
    columns += fmt::format("{}c{}{}", i == 0 ? "" : ",", i + 1, collation_of(column.type));
    values += (i == 0 ? "" : ",") + parameter_sql(i + 1, column.type);
  }
  connection_.execute(fmt::format("CREATE TABLE {}({})", relation.sql, columns));
  scratch_.push_back(name);
  Prepared insert = connection_.prepare(fmt::format("INSERT INTO {} VALUES({})", relation.sql, values));
  for (const std::vector<Value>& row : view.rows) {
    insert.bind_all(row);
    insert.step();
    insert.reset();
  }
  return relation;
}

std::optional<Type> SqlSession::variable_type(std::string_view name) const {
  if (name.starts_with("@@")) return global_type(name);
  const auto found = variables_.find(to_lower(name));
  return found == variables_.end() ? std::nullopt : std::optional(found->second.type);
}

Value SqlSession::variable(std::string_view name) const {
  if (name.starts_with("@@")) return global(name);
  return variables_.at(to_lower(name)).value;
}

}  // namespace dba::sandbox::sqlserver::tsql
