#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/row_writer.hpp"
#include "tsql/syntax/parser.hpp"

namespace dba::sandbox::sqlserver::tsql {

std::string SqlSession::Target::sql() const {
  return quoted_identifier(schema) + "." + quoted_identifier(table.full_name());
}

SqlSession::Target SqlSession::target(const ObjectName& name) {
  Target target;
  std::optional<TableDefinition> table;
  if (name.object().starts_with('#') || name.object().starts_with('@')) {
    target.schema = kTemporary;
    table = find_table(connection_, kTemporary, name.object());
  } else {
    const std::string schema = name.schema();
    if (schema == "sys" || schema == "information_schema")
      fail(259, "Ad hoc updates to system catalogs are not allowed.");
    target.database = database_of(name);
    if (!is_database(target.database) || !store_.contains(target.database)) fail_object(name.text(), name.line);
    check_access(target.database, Access::write);
    target.schema = workspace_.writing(target.database, settings_.lock_timeout, answer().stop());
    table = find_table(connection_, target.schema, schema + "." + name.object());
  }
  if (!table) fail_object(name.text(), name.line);
  target.table = std::move(*table);
  target.label = target.table.full_name();
  return target;
}

Bound SqlSession::default_of(const TableColumn& column, Binder& binder) const {
  if (column.default_text.empty()) return {"NULL", column.type, true, true};
  return binder.expression(*parse_expression(column.default_text), {});
}

SqlSession::OutputRows::OutputRows(SqlSession& session, const Output& output, const Target& target)
    : session_(session), output_(output), width_(target.table.columns.size()) {
  if (output.items.empty()) return;
  Binder binder(session);
  Scope scope;
  std::string from;
  for (std::size_t side = 0; side < 2; ++side) {
    const std::string name = side == 0 ? "inserted" : "deleted";
    std::string row;
    for (std::size_t i = 0; i < width_; ++i) {
      const TableColumn& column = target.table.columns[i];
      row +=
          fmt::format("{}{} AS {}", i == 0 ? "" : ",", parameter_sql(side * width_ + i + 1, column.type), column.sql());
    }
    scope.sources.push_back({{name}, name, source_columns(target.table)});
    from += fmt::format("{}(SELECT {}) AS {}", side == 0 ? "" : ", ", row, name);
  }
  std::string items;
  const auto add_item = [&](const Bound& bound, const std::string& name) {
    items += (items.empty() ? "" : ", ") + bound.sql;
    columns_.push_back({name, bound.type, bound.nullable});
  };
  for (const SelectItem& item : output.items) {
    if (item.expr) {
      add_item(binder.expression(*item.expr, scope), !item.alias.empty()                   ? item.alias
                                                     : item.expr->kind == ExprKind::column ? item.expr->name.object()
                                                                                           : "");
      continue;
    }
    for (const ScopeSource& source : scope.sources) {
      if (item.star_of.empty() || to_lower(item.star_of.back()) != source.names[0]) continue;
      for (const SourceColumn& column : source.columns)
        add_item({source.sql + "." + column.sql, column.type, column.nullable, false}, column.name);
    }
  }
  statement_.emplace(session.connection_.prepare(fmt::format("SELECT {} FROM {}", items, from)));
}

void SqlSession::OutputRows::add(const std::vector<Value>& inserted, const std::vector<Value>& deleted) {
  if (!statement_) return;
  for (std::size_t i = 0; i < width_; ++i) {
    statement_->bind(static_cast<int>(i + 1), inserted.empty() ? Value{} : inserted[i]);
    statement_->bind(static_cast<int>(width_ + i + 1), deleted.empty() ? Value{} : deleted[i]);
  }
  statement_->step();
  std::vector<Value>& row = rows_.emplace_back();
  for (std::size_t i = 0; i < columns_.size(); ++i) row.push_back(statement_->value(static_cast<int>(i)));
  statement_->reset();
}

void SqlSession::OutputRows::send() {
  if (!statement_) return;
  statement_.reset();
  if (!output_.into) {
    session_.answer().columns(columns_);
    for (const std::vector<Value>& row : rows_) session_.answer().row(row);
    return;
  }
  const Target into = session_.target(*output_.into);
  Insert insert;
  insert.columns = output_.into_columns;
  const std::vector<std::size_t> places = session_.insert_columns(insert, into);
  if (places.size() != columns_.size()) fail_value_count();
  RowWriter writer(session_, into, "INSERT");
  for (const std::vector<Value>& row : rows_) {
    std::vector<Value> full(into.table.columns.size());
    for (std::size_t i = 0; i < places.size(); ++i) full[places[i]] = row[i];
    writer.check(full);
    writer.insert(writer.next_rowid(), full);
  }
}

}  // namespace dba::sandbox::sqlserver::tsql
