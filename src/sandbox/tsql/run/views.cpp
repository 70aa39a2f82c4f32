// The catalog views about a database's own objects: what the engine keeps, the host does not know.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/object_ids.hpp"
#include "tsql/run/sql_session.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr Type kKind{.id = TypeId::character, .length = 2};

Value number(std::int64_t value) { return value; }

struct TypeNumbers {
  TypeId id;
  std::int64_t system_type_id, bytes;
};

/// @source learn.microsoft.com: sys.types
constexpr auto kTypeNumbers = std::to_array<TypeNumbers>({
    {TypeId::bit, 104, 1},
    {TypeId::tiny_int, 48, 1},
    {TypeId::small_int, 52, 2},
    {TypeId::integer, 56, 4},
    {TypeId::big_int, 127, 8},
    {TypeId::real, 59, 4},
    {TypeId::floating, 62, 8},
    {TypeId::decimal, 106, 17},
    {TypeId::money, 60, 8},
    {TypeId::character, 175, 0},
    {TypeId::varchar, 167, 0},
    {TypeId::nchar, 239, 0},
    {TypeId::nvarchar, 231, 0},
    {TypeId::binary, 173, 0},
    {TypeId::varbinary, 165, 0},
    {TypeId::date, 40, 3},
    {TypeId::time, 41, 5},
    {TypeId::datetime, 61, 8},
    {TypeId::small_datetime, 58, 4},
    {TypeId::datetime2, 42, 8},
    {TypeId::datetime_offset, 43, 10},
    {TypeId::unique_identifier, 36, 16},
});

const TypeNumbers& numbers_of(TypeId id) { return *std::ranges::find(kTypeNumbers, id, &TypeNumbers::id); }
std::int64_t system_type_id(TypeId id) { return numbers_of(id).system_type_id; }

std::int64_t max_length(const Type& type) {
  if (is_text(type) || is_bytes(type)) return type.length < 0 ? -1 : type.length * (is_unicode(type) ? 2 : 1);
  if (type.id == TypeId::decimal)
    return type.precision < 10 ? 5 : type.precision < 20 ? 9 : type.precision < 29 ? 13 : 17;
  return numbers_of(type.id).bytes;
}

std::vector<Value> object_row(const std::string& name, std::int64_t id, std::int64_t schema, std::string_view kind,
                              std::string_view desc, const std::string& created) {
  return {name,
          id,
          Value{},
          schema,
          number(0),
          std::string(kind),
          std::string(desc),
          created,
          created,
          number(schema == 4),
          number(0)};
}

const std::vector<Column> kObjectColumns = {
    {"name", kSysname, false},      {"object_id", kInt, false},        {"principal_id", kInt, true},
    {"schema_id", kInt, false},     {"parent_object_id", kInt, false}, {"type", kKind, true},
    {"type_desc", kDesc, true},     {"create_date", kDatetime, false}, {"modify_date", kDatetime, false},
    {"is_ms_shipped", kBit, false}, {"is_published", kBit, false}};

const std::vector<Column> kColumnColumns = {
    {"object_id", kInt, false},          {"name", kSysname, true},      {"column_id", kInt, false},
    {"system_type_id", kTinyInt, false}, {"user_type_id", kInt, false}, {"max_length", kSmallInt, false},
    {"precision", kTinyInt, false},      {"scale", kTinyInt, false},    {"is_nullable", kBit, true},
    {"is_identity", kBit, false},        {"is_computed", kBit, false}};

std::vector<Value> column_row(std::int64_t object, const std::string& name, std::int64_t place, const Type& type,
                              bool nullable, bool identity) {
  return {object,
          name,
          place,
          system_type_id(type.id),
          system_type_id(type.id),
          max_length(type),
          number(type.precision),
          number(type.scale),
          number(nullable),
          number(identity),
          number(0)};
}

Table schemas() {
  Table table{{{"name", kSysname, false}, {"schema_id", kInt, false}, {"principal_id", kInt, true}}, {}};
  for (const std::string_view name : kSchemas) {
    const std::int64_t id = std::ssize(table.rows) + 1;
    table.rows.push_back({std::string(name), id, id});
  }
  return table;
}

Table types() {
  Table table{{{"name", kSysname, false},
               {"system_type_id", kTinyInt, false},
               {"user_type_id", kInt, false},
               {"schema_id", kInt, false},
               {"max_length", kSmallInt, false}},
              {}};
  for (const TypeNumbers& one : kTypeNumbers) {
    table.rows.push_back({type_name(one.id), one.system_type_id, one.system_type_id, number(4),
                          max_length({.id = one.id, .length = 8000, .precision = 38})});
  }
  return table;
}

Table indexes(const std::vector<TableDefinition>& tables) {
  Table table{{{"object_id", kInt, false},
               {"name", kSysname, true},
               {"index_id", kInt, false},
               {"type", kTinyInt, false},
               {"type_desc", kDesc, true},
               {"is_unique", kBit, true},
               {"is_primary_key", kBit, true},
               {"is_unique_constraint", kBit, true}},
              {}};
  for (const TableDefinition& one : tables) {
    std::int64_t place = 1;
    for (const KeyDefinition& key : one.keys) {
      const bool primary = key.kind == KeyKind::primary;
      table.rows.push_back({one.id, key.name, primary ? 1 : ++place, number(primary ? 1 : 2),
                            std::string(primary ? "CLUSTERED" : "NONCLUSTERED"), number(key.kind != KeyKind::index),
                            number(primary), number(key.kind == KeyKind::unique && !key.from_index)});
    }
  }
  return table;
}

Table schema_tables(const std::vector<TableDefinition>& tables, const std::string& database) {
  Table table{{{"TABLE_CATALOG", kSysname, true},
               {"TABLE_SCHEMA", kSysname, true},
               {"TABLE_NAME", kSysname, false},
               {"TABLE_TYPE", {.id = TypeId::varchar, .length = 10}, true}},
              {}};
  for (const TableDefinition& one : tables)
    table.rows.push_back({database, one.schema, one.name, std::string("BASE TABLE")});
  return table;
}

Table schema_columns(const std::vector<TableDefinition>& tables, const std::string& database) {
  Table table{{{"TABLE_CATALOG", kSysname, true},
               {"TABLE_SCHEMA", kSysname, true},
               {"TABLE_NAME", kSysname, false},
               {"COLUMN_NAME", kSysname, true},
               {"ORDINAL_POSITION", kInt, true},
               {"COLUMN_DEFAULT", kNvarchar, true},
               {"IS_NULLABLE", {.id = TypeId::varchar, .length = 3}, true},
               {"DATA_TYPE", kSysname, true},
               {"CHARACTER_MAXIMUM_LENGTH", kInt, true},
               {"NUMERIC_PRECISION", kTinyInt, true},
               {"NUMERIC_SCALE", kInt, true}},
              {}};
  for (const TableDefinition& one : tables) {
    for (std::size_t i = 0; i < one.columns.size(); ++i) {
      const TableColumn& column = one.columns[i];
      const bool sized = is_text(column.type) || is_bytes(column.type);
      table.rows.push_back({database, one.schema, one.name, column.name, number(static_cast<std::int64_t>(i) + 1),
                            column.default_text.empty() ? Value{} : Value{"(" + column.default_text + ")"},
                            std::string(column.takes_null() ? "YES" : "NO"), type_name(column.type.id),
                            sized ? Value{number(column.type.length)} : Value{},
                            column.type.id == TypeId::decimal ? Value{number(column.type.precision)} : Value{},
                            column.type.id == TypeId::decimal ? Value{number(column.type.scale)} : Value{}});
    }
  }
  return table;
}

}  // namespace

std::optional<Table> SqlSession::own_view(const std::string& name, const std::string& in) {
  static constexpr std::string_view kOwn[] = {"sys.tables",
                                              "sys.objects",
                                              "sys.all_objects",
                                              "sys.columns",
                                              "sys.all_columns",
                                              "sys.schemas",
                                              "sys.types",
                                              "sys.indexes",
                                              "information_schema.tables",
                                              "information_schema.columns"};
  if (std::ranges::find(kOwn, name) == std::end(kOwn)) return {};
  if (name == "sys.schemas") return schemas();
  if (name == "sys.types") return types();
  std::vector<TableDefinition> tables;
  if (store_.contains(in)) {
    check_access(in, Access::read);
    tables = all_tables(connection_, workspace_.reading(in));
  }
  if (name == "sys.indexes") return indexes(tables);
  if (name == "information_schema.tables") return schema_tables(tables, in);
  if (name == "information_schema.columns") return schema_columns(tables, in);
  const bool about_columns = name.ends_with("columns"), with_views = name.starts_with("sys.all_");
  Table table{about_columns ? kColumnColumns : kObjectColumns, {}};
  for (const TableDefinition& one : tables) {
    if (!about_columns) table.rows.push_back(object_row(one.name, one.id, 1, "U ", "USER_TABLE", one.created));
    for (std::size_t i = 0; about_columns && i < one.columns.size(); ++i) {
      const TableColumn& column = one.columns[i];
      table.rows.push_back(
          column_row(one.id, column.name, column.number, column.type, column.takes_null(), column.identity));
    }
  }
  if (!with_views) return table;
  for (const std::string& view_name : host_.system_views()) {
    const std::int64_t id = view_object_id(view_name);
    if (!about_columns) {
      table.rows.push_back(
          object_row(view_name.substr(view_name.find('.') + 1), id, 4, "V ", "VIEW", "2003-04-08 09:13:36.390"));
      continue;
    }
    const std::optional<Table> view = host_.system_view(view_name, in);
    for (std::size_t i = 0; view && i < view->columns.size(); ++i) {
      const Column& column = view->columns[i];
      table.rows.push_back(
          column_row(id, column.name, static_cast<std::int64_t>(i) + 1, column.type, column.nullable, false));
    }
  }
  return table;
}

}  // namespace dba::sandbox::sqlserver::tsql
