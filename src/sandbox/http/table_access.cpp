// Roles and their bindings.
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

Json role_cells(const Json& role, WallTime /*now*/) {
  return Json::array({codec::name_of(role), codec::string_at(role, {"metadata", "creationTimestamp"})});
}

/// The subjects of one kind; service accounts with their namespaces.
std::string subjects_of(const Json& binding, std::string_view kind) {
  std::vector<std::string> names;
  for (const Json* subject : items_at(binding, {"subjects"})) {
    if (codec::string_at(*subject, {"kind"}) != kind) continue;
    const std::string name = codec::string_at(*subject, {"name"});
    names.push_back(kind == "ServiceAccount" ? fmt::format("{}/{}", codec::string_at(*subject, {"namespace"}), name)
                                             : name);
  }
  return join(names, ", ");
}

Json binding_cells(const Json& binding, WallTime now) {
  return Json::array({codec::name_of(binding),
                      fmt::format("{}/{}", codec::string_at(binding, {"roleRef", "kind"}),
                                  codec::string_at(binding, {"roleRef", "name"})),
                      age_of(binding, now), subjects_of(binding, "User"), subjects_of(binding, "Group"),
                      subjects_of(binding, "ServiceAccount")});
}

}  // namespace

std::span<const TableKind> access_tables() {
  static const std::vector<TableKind> kinds{
      {kGroup, "roles", {kNameColumn, {"Created At", "When the object was created."}}, role_cells},
      {kGroup,
       "rolebindings",
       {kNameColumn,
        {"Role", "The role that it binds."},
        kAgeColumn,
        {"Users", "Users it binds the role to.", "string", 1},
        {"Groups", "Groups it binds the role to.", "string", 1},
        {"ServiceAccounts", "Service accounts it binds the role to.", "string", 1}},
       binding_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
