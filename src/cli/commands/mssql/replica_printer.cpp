#include "replica_printer.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "delimited.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

using output::Format;

constexpr const char* kCsv = "csv";

output::Format format_of(const std::string& form, bool watch) {
  return form == kCsv ? Format{} : parse_watched_format(form, replica_forms(), watch);
}

std::vector<output::Column> columns_of(const Format& format) {
  std::vector<output::Column> columns;
  for (std::string& header :
       format.kind == Format::Kind::wide ? mssql::replica_database_headers() : mssql::replica_headers())
    columns.push_back({.header = std::move(header)});
  return columns;
}

/// Ages change by themselves, and so does how long the servers took.
std::vector<std::string> without_age(std::vector<std::string> row) {
  row[row.size() - 2].clear();
  return row;
}

std::string without_durations(const mssql::ReplicaReport& report) {
  Json json = to_json(report);
  for (Json& replica : json["replicas"]) replica.erase("answerMillis");
  return codec::compact_json(json);
}

}  // namespace

std::vector<std::string> replica_forms() {
  return {"table", "wide", "json", "yaml", kCsv, "name", "custom-columns", "jsonpath"};
}

ReplicaPrinter::ReplicaPrinter(output::IoStreams& io, platform::Clock& clock, const std::string& form, bool watch)
    : io_(io), clock_(clock), csv_(form == kCsv), format_(format_of(form, watch)), table_(columns_of(format_), true) {}

void ReplicaPrinter::print(const mssql::ReplicaReport& report) {
  if (format_.is_document()) {
    io_.out.write(output::print_report(to_json(report), format_));
  } else if (format_.kind == Format::Kind::custom_columns) {
    const Json rows = to_json(report).at("replicas");
    if (!rows.empty()) io_.out.write(output::print_objects(rows.get<std::vector<Json>>(), format_, true));
  } else {
    print_rows(rows_of(report));
  }
  // Then it is the error's message.
  if (!report.two_primaries_proven) tell(report);
}

void ReplicaPrinter::print_changes(const mssql::ReplicaReport& report) {
  if (format_.kind == Format::Kind::json) {
    std::string now = without_durations(report);
    if (now == document_) return;
    document_ = std::move(now);
    io_.line(codec::compact_json(to_json(report)));
    return;
  }
  print_rows(changed(rows_of(report)));
  tell(report);
}

ReplicaPrinter::Rows ReplicaPrinter::rows_of(const mssql::ReplicaReport& report) const {
  if (csv_ || format_.kind == Format::Kind::wide) return replica_database_rows(report, clock_.wall_now(), csv_);
  return replica_rows(report, clock_.wall_now());
}

ReplicaPrinter::Rows ReplicaPrinter::changed(Rows rows) {
  const bool by_database = csv_ || format_.kind == Format::Kind::wide;
  std::erase_if(rows, [&](const std::vector<std::string>& row) {
    std::vector<std::string>& shown = shown_[by_database ? row[0] + "/" + row[1] : row[0]];
    std::vector<std::string> now = without_age(row);
    if (format_.kind == Format::Kind::name) now.resize(1);
    if (shown == now) return true;
    shown = std::move(now);
    return false;
  });
  return rows;
}

void ReplicaPrinter::print_rows(Rows rows) {
  if (format_.kind == Format::Kind::name) {
    for (const auto& row : rows) io_.line("pod/" + row.front());
    return;
  }
  if (!csv_) {
    for (auto& row : rows) table_.add(std::move(row));
    io_.out.write(table_.flush());
    return;
  }
  if (std::exchange(csv_headers_pending_, false)) {
    const auto headers = mssql::replica_database_headers();
    io_.out.write(delimited_line({headers.begin(), headers.end()}, Delimited::csv));
  }
  for (const auto& row : rows) {
    std::vector<std::optional<std::string>> cells;
    for (const std::string& cell : row) cells.push_back(cell.empty() ? std::nullopt : std::optional(cell));
    io_.out.write(delimited_line(cells, Delimited::csv));
  }
}

/// What no row says.
void ReplicaPrinter::tell(const mssql::ReplicaReport& report) {
  if (!format_.is_table()) return;
  std::string summary = mssql::replica_summary(report);
  if (summary == summary_) return;
  summary_ = std::move(summary);
  io_.note(summary_);
}

}  // namespace dba::cli
