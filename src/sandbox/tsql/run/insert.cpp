#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/run/row_writer.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

bool lists_column(const std::vector<std::size_t>& places, std::size_t column) {
  return std::ranges::find(places, column) != places.end();
}

}  // namespace

/// The places of the columns values are given for.
std::vector<std::size_t> SqlSession::insert_columns(const Insert& insert, const Target& target) const {
  const TableDefinition& table = target.table;
  const bool explicit_identity = settings_.identity_insert == to_lower(target.label);
  std::vector<std::size_t> places;
  for (const std::string& name : insert.columns) {
    const std::size_t place = table.get_column(name);
    if (lists_column(places, place)) fail_column_twice(name);
    if (table.columns[place].identity && !explicit_identity) {
      fail(544,
           fmt::format(
               "Cannot insert explicit value for identity column in table '{}' when IDENTITY_INSERT is set to OFF.",
               table.name));
    }
    places.push_back(place);
  }
  if (!insert.columns.empty()) return places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].identity || explicit_identity) places.push_back(i);
  }
  return places;
}

/// Whole rows in the order of the table's columns; what is left out has its default, an IDENTITY is still NULL.
std::vector<std::vector<Value>> SqlSession::rows_to_insert(const Insert& insert, const Target& target) {
  const TableDefinition& table = target.table;
  const std::vector<std::size_t> places = insert_columns(insert, target);
  Binder binder(*this);
  std::vector<Type> types;
  for (const TableColumn& column : table.columns) types.push_back(assigned_type(column.type));
  // `given` in the order of `places`.
  const auto whole_row = [&](const std::vector<Bound>& given) {
    std::string sql;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const auto place = std::ranges::find(places, i);
      const Bound value = place == places.end() ? default_of(table.columns[i], binder)
                                                : given[static_cast<std::size_t>(place - places.begin())];
      sql += (sql.empty() ? "" : ", ") + converted(value, types[i]).sql;
    }
    return sql;
  };
  std::vector<std::vector<Value>> rows;
  if (!insert.source) {
    for (const auto& row : insert.rows) {
      std::vector<Bound> given;
      if (row.empty()) {  // DEFAULT VALUES
        for (const std::size_t place : places) given.push_back(default_of(table.columns[place], binder));
      } else if (row.size() != places.size()) {
        if (insert.columns.empty()) fail_value_count();
        fail(row.size() > places.size() ? 110 : 109,
             fmt::format(
                 "There are {} columns in the INSERT statement than values specified in the VALUES clause. The number "
                 "of values in the VALUES clause must match the number of columns specified in the INSERT statement.",
                 row.size() > places.size() ? "fewer" : "more"),
             15);
      }
      for (std::size_t i = 0; i < row.size(); ++i)
        given.push_back(row[i] ? binder.expression(*row[i], {}) : default_of(table.columns[places[i]], binder));
      std::vector<std::vector<Value>> one = fetch("SELECT " + whole_row(given), types);
      rows.push_back(std::move(one[0]));
    }
    return rows;
  }
  const std::string with = binder.common_tables(insert.with);
  const BoundQuery source = binder.query(*insert.source);
  if (source.columns.size() != places.size()) {
    if (insert.columns.empty()) fail_value_count();
    fail(source.columns.size() < places.size() ? 120 : 121,
         fmt::format("The select list for the INSERT statement contains {} items than the insert list. The number of "
                     "SELECT values must match the number of INSERT columns.",
                     source.columns.size() < places.size() ? "fewer" : "more"),
         15);
  }
  std::vector<Bound> given;
  for (std::size_t i = 0; i < source.columns.size(); ++i)
    given.push_back({fmt::format("x.c{}", i + 1), source.columns[i].type, true, false});
  return fetch(
      fmt::format("{}SELECT {} FROM ({}) AS x{}", with, whole_row(given), source.sql, limit_sql(binder, insert.top)),
      types);
}

std::int64_t SqlSession::insert_rows(const Insert& insert, const Target& target, std::vector<std::vector<Value>> rows) {
  const TableDefinition& table = target.table;
  const bool explicit_identity = settings_.identity_insert == to_lower(target.label);
  OutputRows output(*this, insert.output, target);
  {
    RowWriter writer(*this, target, "INSERT");
    for (std::vector<Value>& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (table.columns[i].identity)
          row[i] = writer.next_identity(table.columns[i], explicit_identity ? std::optional(row[i]) : std::nullopt);
      }
      writer.check(row);
      writer.insert(writer.next_rowid(), row);
      output.add(row, {});
    }
    writer.keep_identity();
  }
  output.send();
  return static_cast<std::int64_t>(rows.size());
}

void SqlSession::run_insert(const Insert& insert) {
  before_change();
  if (insert.procedure) {
    std::vector<std::vector<Value>> rows;
    answer().capture(&rows);
    try {
      run_execute(std::get<Execute>(insert.procedure->what));
    } catch (...) {
      answer().capture(nullptr);
      throw;
    }
    answer().capture(nullptr);
    const Target into = target(insert.target);
    const std::vector<std::size_t> places = insert_columns(insert, into);
    std::vector<std::vector<Value>> whole;
    for (const std::vector<Value>& row : rows) {
      if (row.size() != places.size()) fail_value_count();
      std::vector<Value>& full = whole.emplace_back(into.table.columns.size());
      for (std::size_t i = 0; i < places.size(); ++i) full[places[i]] = row[i];
    }
    return counted(atomically([&] { return insert_rows(insert, into, whole); }));
  }
  const Target into = target(insert.target);
  counted(atomically([&] { return insert_rows(insert, into, rows_to_insert(insert, into)); }));
}

}  // namespace dba::sandbox::sqlserver::tsql
