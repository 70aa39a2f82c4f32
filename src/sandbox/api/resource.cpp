#include "api/resource.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "api/resource_table.hpp"

namespace dba::sandbox::api {

namespace {

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <typename Matches>
const Resource* find_if(Matches matches) {
  for (const Resource& row : resources()) {
    if (matches(row)) return &row;
  }
  return nullptr;
}

}  // namespace

std::string Resource::api_version() const { return group.empty() ? version : group + "/" + version; }
std::string Resource::qualified() const { return group.empty() ? plural : plural + "." + group; }
bool Resource::has_subresource(std::string_view name) const { return holds(subresources, name); }
bool Resource::has_verb(std::string_view verb) const { return holds(verbs, verb); }

std::span<const Resource> resources() {
  static const std::vector<Resource> rows = resource_rows();
  return rows;
}

const Resource* find_resource(std::string_view group, std::string_view version, std::string_view plural) {
  return find_if(
      [&](const Resource& row) { return row.plural == plural && row.group == group && row.version == version; });
}

const Resource* find_kind(std::string_view api_version, std::string_view kind) {
  return find_if([&](const Resource& row) { return row.kind == kind && row.api_version() == api_version; });
}

}  // namespace dba::sandbox::api
