#include "dba/mssql/findings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace dba::mssql {

void Findings::error(std::string_view path, std::string_view flag, std::string_view message) {
  items_.push_back({Severity::error, std::string(path), std::string(flag), std::string(message)});
}

void Findings::warn(std::string_view path, std::string_view flag, std::string_view message) {
  items_.push_back({Severity::warning, std::string(path), std::string(flag), std::string(message)});
}

void Findings::append(Findings other) {
  std::move(other.items_.begin(), other.items_.end(), std::back_inserter(items_));
}

bool Findings::has_errors() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

std::vector<std::string> Findings::warning_lines() const {
  std::vector<std::string> lines;
  for (const Finding& finding : items_) {
    if (finding.severity != Severity::warning) continue;
    const std::string place = place_of(finding);
    lines.push_back(place.empty() ? finding.message : fmt::format("{}: {}", place, finding.message));
  }
  return lines;
}

void Findings::throw_if_errors(std::string_view message, ExitCode code, std::string hint) const {
  Problems problems;
  for (const Finding& finding : items_) {
    if (finding.severity == Severity::error) problems.add(place_of(finding), finding.message);
  }
  problems.throw_if_any(message, code, std::move(hint));
}

std::string place_of(const Finding& finding) {
  if (finding.path.empty() || finding.flag.empty()) return finding.path + finding.flag;
  return fmt::format("{} ({})", finding.path, finding.flag);
}

}  // namespace dba::mssql
