#include "list_printer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "table_columns.hpp"

namespace dba::cli {

namespace {

using output::Format;

std::vector<output::Column> list_columns(bool with_namespace, const ListView& view) {
  std::vector<output::Column> columns = table_columns(mssql::DatabaseList::columns(with_namespace));
  for (output::Column& column : label_columns_of(view)) columns.push_back(std::move(column));
  return columns;
}

void append_labels(std::vector<std::string>& cells, const ListView& view, const Json& item) {
  for (std::string& cell : label_cells_of(view, item)) cells.push_back(std::move(cell));
}

std::size_t status_column(bool with_namespace) {
  const auto columns = mssql::DatabaseList::columns(with_namespace);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [](auto column) { return column.header == "STATUS"; });
  return static_cast<std::size_t>(found - columns.begin());
}

std::string key_of(const Json& item) {
  return codec::string_at(item, {"namespace"}) + "/" + codec::string_at(item, {"name"});
}

std::string name_line(const Json& item) {
  return fmt::format("mssqlserver.kubedb.com/{}", codec::string_at(item, {"name"}));
}

}  // namespace

struct ListPrinter::Shown {
  Json item{};
  std::vector<std::string> cells{};
  bool listed = false;  ///< In the list that is being printed.
};

std::vector<std::string> list_forms() {
  return {"table", "wide", "json", "yaml", "name", "custom-columns", "jsonpath"};
}

ListPrinter::ListPrinter(output::IoStreams& io, platform::Clock& clock, std::string_view ns, ListView view)
    : io_(io),
      clock_(clock),
      ns_(ns),
      view_(std::move(view)),
      format_(view_.format),
      table_(list_columns(ns.empty(), view_), format_.kind == Format::Kind::wide, format_.headers) {}

ListPrinter::~ListPrinter() = default;

void ListPrinter::print(const mssql::ListResult& result) {
  for (const std::string& error : result.errors) io_.warn(error);
  say_when_empty(result);
  if (!format_.is_table()) return print_report(mssql::to_json(result));
  print_rows(result);
}

void ListPrinter::print_rows(const mssql::ListResult& result) {
  std::vector<std::vector<std::string>> rows = result.list.rows(ns_.empty(), clock_.wall_now());
  const std::vector<Json> items = view_.needs_items() ? result.list.items() : std::vector<Json>(rows.size());
  for (const std::size_t i : sorted_order(view_, items)) {
    append_labels(rows[i], view_, items[i]);
    table_.add(std::move(rows[i]));
  }
  io_.out.write(table_.flush());
}

void ListPrinter::print_report(Json report) {
  std::vector<Json> items;
  const std::vector<Json> unsorted = report.at("items").get<std::vector<Json>>();
  for (const std::size_t i : sorted_order(view_, unsorted)) items.push_back(unsorted[i]);
  report["items"] = items;
  if (format_.kind == Format::Kind::name) {
    for (const Json& item : items) io_.line(name_line(item));
  } else if (format_.kind == Format::Kind::custom_columns) {
    if (!items.empty()) io_.out.write(output::print_objects(items, format_, true));
  } else {
    io_.out.write(output::print_report(report, format_));
  }
}

void ListPrinter::print_changes(const mssql::ListResult& result) {
  for (const std::string& error : result.errors) io_.warn(error);
  if (!std::exchange(began_, true)) say_when_empty(result);
  if (format_.kind != Format::Kind::json) return print_changed_rows(result);
  std::string report = codec::compact_json(mssql::to_json(result));
  if (report == last_) return;
  io_.line(report);
  last_ = std::move(report);
}

void ListPrinter::print_changed_rows(const mssql::ListResult& result) {
  const bool names_only = format_.kind == Format::Kind::name;
  std::vector<Json> items = result.list.items();
  std::vector<std::vector<std::string>> rows = result.list.rows(ns_.empty(), clock_.wall_now());
  for (auto& [key, shown] : shown_) shown.listed = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto [at, is_new] = shown_.try_emplace(key_of(items[i]));
    Shown& shown = at->second;
    shown.listed = true;
    if (!is_new && shown.item == items[i]) continue;
    append_labels(rows[i], view_, items[i]);
    if (names_only && is_new) io_.line(name_line(items[i]));
    if (!names_only) table_.add(rows[i]);
    shown.item = std::move(items[i]);
    shown.cells = std::move(rows[i]);
  }
  for (auto at = shown_.begin(); at != shown_.end();) {
    if (at->second.listed) {
      ++at;
      continue;
    }
    at->second.cells.at(status_column(ns_.empty())) = "Deleted";
    if (!names_only) table_.add(std::move(at->second.cells));
    at = shown_.erase(at);
  }
  if (!table_.empty()) io_.out.write(table_.flush());
}

void ListPrinter::say_when_empty(const mssql::ListResult& result) {
  const bool one_by_one = format_.is_table() || format_.kind == Format::Kind::custom_columns;
  if (result.list.size() > 0 || !one_by_one) return;
  io_.err_line(ns_.empty() ? "No resources found" : fmt::format("No resources found in {} namespace.", ns_));
}

}  // namespace dba::cli
