#include "dba/mssql/versions.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "semver.hpp"
#include "version_constraint.hpp"

namespace dba::mssql {

namespace {

std::vector<std::string> strings_at(const Json& object, codec::Path path) {
  std::vector<std::string> texts;
  const Json* list = codec::find_at(object, path);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& element : *list) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

std::optional<int> parse_int(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// (year, cumulative update) of "2022-cu12"; (-1, -1) for anything else, so that it sorts first.
std::pair<int, int> release_of(std::string_view name) {
  const std::size_t hyphen = name.find("-cu");
  if (hyphen == std::string_view::npos) return {-1, -1};
  const std::optional<int> year = parse_int(name.substr(0, hyphen)), update = parse_int(name.substr(hyphen + 3));
  return year && update ? std::pair(*year, *update) : std::pair(-1, -1);
}

bool comes_before(const CatalogVersion& a, const CatalogVersion& b) {
  return std::tuple(release_of(a.name), a.name) < std::tuple(release_of(b.name), b.name);
}

bool can_be_chosen(const CatalogVersion& version) { return !version.deprecated && !version.end_of_life; }

bool matches_any(const std::vector<VersionConstraint>& constraints, const LooseVersion& version) {
  return std::any_of(constraints.begin(), constraints.end(),
                     [&version](const VersionConstraint& constraint) { return constraint.allows(version); });
}

std::vector<VersionConstraint> parse_all(const std::vector<std::string>& texts) {
  std::vector<VersionConstraint> constraints;
  for (const std::string& text : texts) constraints.push_back(VersionConstraint::parse(text));
  return constraints;
}

}  // namespace

CatalogVersion read_catalog_version(const Json& object) {
  return {.name = codec::name_of(object),
          .version = codec::string_at(object, {"spec", "version"}),
          .image = codec::string_at(object, {"spec", "db", "image"}),
          .deprecated = codec::bool_at(object, {"spec", "deprecated"}),
          .end_of_life = codec::bool_at(object, {"spec", "endOfLife"}),
          .allow = strings_at(object, {"spec", "updateConstraints", "allowlist"}),
          .deny = strings_at(object, {"spec", "updateConstraints", "denylist"})};
}

void sort_versions(std::vector<CatalogVersion>& catalog) { std::sort(catalog.begin(), catalog.end(), comes_before); }

const CatalogVersion* newest_version(std::span<const CatalogVersion> catalog) {
  const CatalogVersion* newest = nullptr;
  for (const CatalogVersion& version : catalog) {
    if (can_be_chosen(version) && (newest == nullptr || comes_before(*newest, version))) newest = &version;
  }
  return newest;
}

const CatalogVersion* find_version(std::span<const CatalogVersion> catalog, std::string_view name) {
  const auto found =
      std::find_if(catalog.begin(), catalog.end(), [name](const CatalogVersion& v) { return v.name == name; });
  return found == catalog.end() ? nullptr : &*found;
}

std::vector<std::string> version_choices(std::span<const CatalogVersion> catalog) {
  std::vector<CatalogVersion> sorted(catalog.begin(), catalog.end());
  sort_versions(sorted);
  std::vector<std::string> names;
  for (auto version = sorted.rbegin(); version != sorted.rend(); ++version) {
    if (can_be_chosen(*version)) names.push_back(version->name);
  }
  return names;
}

std::vector<CatalogVersion> upgrade_targets(std::span<const CatalogVersion> catalog, std::string_view from) {
  const CatalogVersion* current = find_version(catalog, from);
  if (current == nullptr) {
    throw Error(ExitCode::denied, fmt::format("version \"{}\" is not in the catalog", from), {},
                "kubectl dba mssql versions");
  }
  try {
    const std::vector<VersionConstraint> allow = parse_all(current->allow), deny = parse_all(current->deny);
    std::vector<CatalogVersion> targets;
    for (const CatalogVersion& candidate : catalog) {
      const std::optional<LooseVersion> version = parse_loose_version(candidate.version);
      if (!version) {
        throw usage_error(fmt::format("\"{}\" of {} is no version", candidate.version, candidate.name));
      }
      const bool allowed = (allow.empty() || matches_any(allow, *version)) && !matches_any(deny, *version);
      if (allowed && candidate.name != from) targets.push_back(candidate);
    }
    sort_versions(targets);
    return targets;
  } catch (const Error& error) {
    throw Error(ExitCode::refused, fmt::format("the catalog does not say what {} can be updated to", from),
                error.what());
  }
}

bool satisfies(std::string_view constraint, std::string_view version) {
  const VersionConstraint parsed = VersionConstraint::parse(constraint);
  const std::optional<LooseVersion> loose = parse_loose_version(version);
  if (!loose) throw usage_error(fmt::format("\"{}\" is no version", version));
  return parsed.allows(*loose);
}

}  // namespace dba::mssql
