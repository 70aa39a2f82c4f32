#include "commands/fault_targets.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "operator/database.hpp"

namespace dba::sandbox::commands {

namespace {

constexpr std::size_t kMostNames = 8;

std::string names_of(const std::vector<api::Object>& databases) {
  if (databases.empty()) return "there is none at all";
  std::vector<std::string> names;
  for (const api::Object& database : databases) names.push_back(kubedb::qualified_name(*database));
  std::ranges::sort(names);
  if (names.size() <= kMostNames) return fmt::format("there is {}", english_list(names));
  const std::size_t others = names.size() - kMostNames;
  names.resize(kMostNames);
  return fmt::format("there is {} and {} more", join(names, ", "), others);
}

}  // namespace

std::string missing_member(const world::FaultTarget& target, std::int64_t replicas) {
  if (replicas == 1 && target.member == "secondaries") {
    return fmt::format("{} has no secondaries: it has one replica", target.database);
  }
  std::int64_t ordinal = -1;
  std::from_chars(target.member.data(), target.member.data() + target.member.size(), ordinal);
  if (ordinal < replicas) return {};
  return fmt::format("{} has no replica {}: {}", target.database, target.member,
                     replicas == 1 ? "its only one is 0" : fmt::format("they are 0 to {}", replicas - 1));
}

std::string missing_target(const world::FaultTarget& target, const std::vector<api::Object>& databases) {
  if (target.database.empty()) return {};
  const std::string wanted = world::format_target({target.ns, target.database, ""});
  const auto found = std::ranges::find_if(
      databases, [&](const api::Object& database) { return kubedb::qualified_name(*database) == wanted; });
  if (found == databases.end()) return fmt::format("there is no database {}; {}", wanted, names_of(databases));
  return missing_member(target, kubedb::replicas_of(**found));
}

}  // namespace dba::sandbox::commands
