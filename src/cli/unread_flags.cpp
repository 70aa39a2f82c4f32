#include "unread_flags.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "dba/base/text.hpp"

namespace dba::cli {

namespace {

/// A flag decides whether the fields below a path are needed, or may be there at all.
struct Decision {
  std::string_view flag, path;
};
constexpr std::array kDecisions{Decision{"--topology", "spec.topology"}, Decision{"--topology", "spec.replicas"},
                                Decision{"--replicas", "spec.topology.mode"},
                                Decision{"--storage-type", "spec.storage"}};

/// Of a repeatable flag the other values were read: what is said about those is no echo.
bool takes_many(std::span<const Flag> known, std::string_view flag) {
  return std::ranges::any_of(known, [flag](const Flag& each) {
    return flag == "--" + each.name && std::holds_alternative<std::vector<std::string>*>(each.into);
  });
}

}  // namespace

UnreadFlags::UnreadFlags(const mssql::Findings& problems, std::span<const Flag> known,
                         std::set<std::string, std::less<>> typed)
    : typed_(std::move(typed)) {
  for (const mssql::Finding& problem : problems.all()) {
    if (!takes_many(known, problem.flag)) unread_.insert(problem.flag);
  }
}

/// @param flags as a finding names them, several with commas between; none: a field that only --set reaches.
bool UnreadFlags::is_typed(std::string_view flags) const {
  if (flags.empty()) return typed_.contains("--set");
  return std::ranges::any_of(split(flags, ','),
                             [this](const std::string& flag) { return typed_.contains(trim(flag)); });
}

bool UnreadFlags::is_open(const mssql::Finding& finding) const {
  if (is_typed(finding.flag)) return false;
  return file_unread_ || std::ranges::any_of(kDecisions, [&](const Decision& decision) {
           return unread_.contains(decision.flag) && finding.path.starts_with(decision.path);
         });
}

mssql::Findings UnreadFlags::without_echoes(const mssql::Findings& findings) const {
  mssql::Findings left;
  for (const mssql::Finding& finding : findings.all()) {
    if (is_open(finding)) continue;
    std::vector<std::string> flags = split(finding.flag, ',');
    for (std::string& flag : flags) flag = trim(flag);
    std::erase_if(flags, [this](const std::string& flag) { return unread_.contains(flag); });
    if (flags.empty() && !finding.flag.empty()) continue;
    const std::string read = join(flags, ", ");
    if (finding.severity == mssql::Severity::error) {
      left.error(finding.path, read, finding.message);
    } else {
      left.warn(finding.path, read, finding.message);
    }
  }
  return left;
}

}  // namespace dba::cli
