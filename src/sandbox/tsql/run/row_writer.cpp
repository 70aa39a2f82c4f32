#include "tsql/run/row_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/syntax/parser.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/convert_text.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// As error messages show a key's value.
std::string shown(const Value& value, const Type& type) {
  if (is_null(value)) return "<NULL>";
  const Value text = convert(value, type, kNvarchar, is_bytes(type) ? 1 : -1);
  const std::string& shown_text = std::get<std::string>(text);
  return type.id == TypeId::unique_identifier ? to_lower(shown_text) : shown_text;
}

std::string kind_text(const KeyDefinition& key) { return key.kind == KeyKind::primary ? "PRIMARY KEY" : "UNIQUE KEY"; }

}  // namespace

Type assigned_type(const Type& column) {
  Type type = column;
  if (is_text(column)) type = {.id = is_unicode(column) ? TypeId::nvarchar : TypeId::varchar, .length = -1};
  if (is_bytes(column)) type = {.id = TypeId::varbinary, .length = -1};
  return type;
}

std::string parameter_sql(std::size_t number, const Type& type) {
  return is_bytes(type) ? fmt::format("CAST(?{} AS BLOB)", number) : fmt::format("?{}", number);
}

SqlSession::RowWriter::RowWriter(SqlSession& session, const Target& target, std::string_view verb)
    : session_(session), target_(target), verb_(verb) {
  const TableDefinition& table = target.table;
  std::string names = "rowid", values = "?1";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    names += "," + table.columns[i].sql();
    values += "," + parameter_sql(i + 2, table.columns[i].type);
  }
  insert_.emplace(session.workspace_, target.database, "INSERT INTO ", table.full_name(),
                  fmt::format("({}) VALUES({})", names, values));
  remove_.emplace(session.workspace_, target.database, "DELETE FROM ", table.full_name(), " WHERE rowid=?");
  for (const KeyDefinition& key : table.keys) {
    if (key.kind == KeyKind::index) continue;
    std::string where;
    std::vector<std::size_t> columns;
    for (const std::string& column : key.columns) {
      const std::size_t place = table.get_column(column);
      columns.push_back(place);
      where += fmt::format("{}{} IS {}", where.empty() ? "" : " AND ", table.columns[place].sql(),
                           parameter_sql(columns.size(), table.columns[place].type));
    }
    keys_.push_back({&key, std::move(columns),
                     session.connection_.prepare(fmt::format("SELECT 1 FROM {} WHERE {}", target.sql(), where))});
  }
  for (const CheckDefinition& check : table.checks) {
    Binder binder(session);
    Scope scope;
    scope.sources.push_back({{table.name}, "row", source_columns(table)});
    std::string row;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      row += fmt::format("{}{} AS {}", i == 0 ? "" : ",", parameter_sql(i + 1, table.columns[i].type),
                         table.columns[i].sql());
    }
    const std::string condition = binder.condition(*parse_condition(check.text), scope);
    checks_.push_back(session.connection_.prepare(fmt::format("SELECT {} FROM (SELECT {}) AS row", condition, row)));
  }
}

std::string SqlSession::RowWriter::table_label() const {
  return target_.database.empty() ? "tempdb.dbo." + target_.table.name : target_.database + "." + target_.label;
}

void SqlSession::RowWriter::check(std::vector<Value>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const TableColumn& column = target_.table.columns[i];
    if (is_null(row[i])) {
      if (column.takes_null()) continue;
      fail(515,
           fmt::format(
               "Cannot insert the value NULL into column '{}', table '{}'; column does not allow nulls. {} fails.",
               column.name, table_label(), verb_),
           16, 2);
    }
    auto* text = std::get_if<std::string>(&row[i]);
    if (text == nullptr || column.type.length < 0 || (!is_text(column.type) && !is_bytes(column.type))) continue;
    const auto most = static_cast<std::size_t>(column.type.length);
    if (is_bytes(column.type)) {
      if (text->size() > most) fail(8152, "String or binary data would be truncated.", 16, 30);
      if (is_fixed_length(column.type)) text->append(most - text->size(), '\0');
      continue;
    }
    // Blanks at the end may go.
    std::string kept = *text;
    while (kept.ends_with(' ') && text_length(kept) > most) kept.pop_back();
    if (text_length(kept) > most) {
      fail(2628,
           fmt::format("String or binary data would be truncated in table '{}', column '{}'. Truncated value: '{}'.",
                       table_label(), column.name, text_prefix(kept, std::min<std::size_t>(most, 100))));
    }
    *text = fitted_text(std::move(kept), column.type);
  }
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    checks_[i].bind_all(row);
    checks_[i].step();
    const Value holds = checks_[i].value(0);
    checks_[i].reset();
    if (is_null(holds) || std::get<std::int64_t>(holds) != 0) continue;
    fail(547,
         fmt::format("The {} statement conflicted with the CHECK constraint \"{}\". The conflict occurred in database "
                     "\"{}\", table \"{}\".",
                     verb_, target_.table.checks[i].name, target_.database.empty() ? "tempdb" : target_.database,
                     target_.label),
         16, 0);
  }
}

void SqlSession::RowWriter::check_keys(const std::vector<Value>& row) {
  for (Key& key : keys_) {
    int place = 0;
    for (const std::size_t column : key.columns) key.lookup.bind(++place, row[column]);
    const bool there = key.lookup.step();
    key.lookup.reset();
    if (there) fail_duplicate(key, row);
  }
}

void SqlSession::RowWriter::fail_duplicate(const Key& key, const std::vector<Value>& row) const {
  std::string value;
  for (const std::size_t column : key.columns)
    value += (value.empty() ? "" : ", ") + shown(row[column], target_.table.columns[column].type);
  if (key.definition->kind == KeyKind::unique && key.definition->from_index) {
    fail(2601,
         fmt::format(
             "Cannot insert duplicate key row in object '{}' with unique index '{}'. The duplicate key value is ({}).",
             target_.label, key.definition->name, value),
         14);
  }
  fail(2627,
       fmt::format("Violation of {} constraint '{}'. Cannot insert duplicate key in object '{}'. The duplicate key "
                   "value is ({}).",
                   kind_text(*key.definition), key.definition->name, target_.label, value),
       14);
}

void SqlSession::RowWriter::insert(std::int64_t rowid, const std::vector<Value>& row) {
  check_keys(row);
  std::vector<Value> values{rowid};
  values.insert(values.end(), row.begin(), row.end());
  insert_->run(values);
}

void SqlSession::RowWriter::remove(std::int64_t rowid) {
  const Value values[] = {rowid};
  remove_->run(values);
}

std::int64_t SqlSession::RowWriter::next_rowid() {
  if (!rowid_)
    rowid_ = std::get<std::int64_t>(
        session_.fetch(fmt::format("SELECT coalesce(max(rowid),0) FROM {}", target_.sql()), {})[0][0]);
  return ++*rowid_;
}

Value SqlSession::RowWriter::next_identity(const TableColumn& column, const std::optional<Value>& given) {
  if (!identity_) {
    const auto rows = session_.fetch(fmt::format("SELECT last FROM {}.\"$identity\" WHERE id={}",
                                                 quoted_identifier(target_.schema), target_.table.id),
                                     {});
    identity_ = rows.empty() ? column.seed - column.increment : std::get<std::int64_t>(rows[0][0]);
  }
  if (given && std::holds_alternative<std::int64_t>(*given)) {
    const std::int64_t value = std::get<std::int64_t>(*given);
    if ((value > *identity_) == (column.increment > 0)) identity_ = value;
    return value;
  }
  *identity_ += column.increment;
  session_.identity_ = fmt::format("{}", *identity_);
  if (column.type.id == TypeId::decimal) return fmt::format("{}", *identity_);
  return checked_integer(*identity_, column.type);
}

void SqlSession::RowWriter::keep_identity() {
  if (!identity_) return;
  const Value values[] = {target_.table.id, *identity_};
  session_.workspace_.change(target_.database, "INSERT OR REPLACE INTO ", "$identity", "(id,last) VALUES(?,?)", values);
}

}  // namespace dba::sandbox::sqlserver::tsql
