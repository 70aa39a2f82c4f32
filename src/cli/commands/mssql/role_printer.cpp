#include "role_printer.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/names.hpp"
#include "dba/output/error_text.hpp"

#include "role_changes.hpp"
#include "table_columns.hpp"

namespace dba::cli {

namespace {

using mssql::ReplicaRole;
using mssql::RoleReport;
using output::Format;

}  // namespace

std::vector<std::string> role_forms() {
  return {"table", "wide", "json", "yaml", "name", "custom-columns", "jsonpath"};
}

RolePrinter::RolePrinter(output::IoStreams& io, platform::Clock& clock, RoleSelection selection, Format format)
    : io_(io),
      clock_(clock),
      selection_(selection),
      format_(std::move(format)),
      table_(table_columns(mssql::role_columns()), format_.kind == Format::Kind::wide) {}

RolePrinter::~RolePrinter() = default;

/// The rows asked for. What the report says about the whole database stays as it is.
RoleReport RolePrinter::selected(const RoleReport& report) const {
  RoleReport part = report;
  if (!selection_.primary && !selection_.secondaries) return part;
  const auto primaries =
      report.primary_state == mssql::PrimaryState::one ? std::vector{report.primary} : mssql::primary_pods(report);
  const auto secondaries = mssql::secondary_pods(report);
  std::erase_if(part.replicas, [&](const ReplicaRole& row) {
    const bool wanted = (selection_.primary && contains(primaries, row.pod)) ||
                        (selection_.secondaries && contains(secondaries, row.pod));
    return row.terminating || !wanted;
  });
  return part;
}

void RolePrinter::print(const RoleReport& report) {
  const RoleReport part = selected(report);
  for (const std::string& error : report.errors) io_.warn(error);
  if (format_.is_document()) {
    io_.out.write(output::print_report(to_json(part), format_));
  } else if (format_.kind == Format::Kind::custom_columns) {
    const Json rows = to_json(part).at("replicas");
    if (!rows.empty()) io_.out.write(output::print_objects(rows.get<std::vector<Json>>(), format_, true));
  } else if (!names_only() || is_answer(report)) {
    print_rows(part.replicas, report);
  }
  if (report.primary_state != mssql::PrimaryState::one) {
    ErrorInfo error{.code = report.two_primaries_proven ? ExitCode::write_lost : ExitCode::unhealthy,
                    .message = mssql::role_summary(report)};
    if (report.two_primaries_proven)
      error.hint = mssql::coordinator_log_command(report.ns, mssql::primary_pods(report).front());
    if (const std::string gaps = mssql::role_gaps(report); !gaps.empty() && !selection_.primary)
      error.details.push_back(gaps);
    io_.err.write(output::error_text(error, io_.colour_err));
  } else {
    tell_summary(report);
    warn_of_primary(report);
  }
}

/// Who asks for the primary alone does not see the remarks about it.
void RolePrinter::warn_of_primary(const RoleReport& report) {
  if (!selection_.primary) return;
  if (const std::string doubt = mssql::primary_doubt(report); !doubt.empty()) io_.warn(doubt);
}

/// Where one name is asked for, several, or none, are no answer for a script.
bool RolePrinter::is_answer(const RoleReport& report) const {
  return !selection_.primary || report.primary_state == mssql::PrimaryState::one;
}

bool RolePrinter::names_only() const {
  return format_.kind == Format::Kind::name || (io_.quiet && (selection_.primary || selection_.secondaries));
}

void RolePrinter::print_changes(const RoleReport& report) {
  for (const std::string& error : report.errors) io_.warn(error);
  const bool as_json = format_.kind == Format::Kind::json;
  if (!as_json && names_only() && !is_answer(report)) return;
  std::vector<ReplicaRole> now = selected(report).replicas;
  if (as_json) {
    io_.line(codec::compact_json(to_json(selected(report))));
  } else {
    print_rows(names_only() ? new_rows(shown_, now) : changed_rows(shown_, now, report.replicas), report);
    tell_summary(report);
  }
  warn_of_primary(report);
  shown_ = std::move(now);
}

void RolePrinter::print_rows(std::vector<ReplicaRole> rows, RoleReport report) {
  if (names_only()) {
    const std::string_view prefix = format_.kind == Format::Kind::name ? "pod/" : "";
    for (const ReplicaRole& row : rows) io_.line(fmt::format("{}{}", prefix, row.pod));
    return;
  }
  report.replicas = std::move(rows);
  for (auto& cells : mssql::role_rows(report, clock_.wall_now())) table_.add(std::move(cells));
  io_.out.write(table_.flush());
}

void RolePrinter::tell_summary(const RoleReport& report) {
  if (!format_.is_table()) return;
  const std::string gaps = mssql::role_gaps(report);
  std::string summary =
      fmt::format("{}{}{} (source: {})", mssql::role_summary(report), gaps.empty() ? "" : "; ", gaps, report.source);
  if (summary == summary_) return;
  summary_ = std::move(summary);
  io_.note(summary_);
}

}  // namespace dba::cli
