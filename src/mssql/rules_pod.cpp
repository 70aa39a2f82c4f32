// What runs in the pods: environment, resources, volumes.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/names.hpp"

#include "containers.hpp"
#include "label_syntax.hpp"
#include "quantities.hpp"
#include "rule_set.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kEnvironment = "spec.podTemplate.spec.containers[name=mssql].env";
constexpr std::string_view kResources = "spec.podTemplate.spec.containers[name=mssql].resources";
constexpr std::string_view kMinimumMemory = "2Gi";  // @source Microsoft: system requirements of SQL Server on Linux

/// @source KubeDB apimachinery constants.go and the admission webhook
constexpr std::array<std::string_view, 5> kForbiddenVariables{"MSSQL_SA_USERNAME", "MSSQL_SA_PASSWORD",
                                                              "MSSQL_ENABLE_HADR", "MSSQL_AGENT_ENABLED", "VERSION"};
constexpr std::array<std::string_view, 9> kReservedVolumes{
    "data",    "config",    "init-scripts", "endpoint-cert", "certs", "tls", "security-ca-certificates",
    "cacerts", "git-secret"};
constexpr std::array<std::string_view, 9> kReservedPaths{"/var/opt/mssql",
                                                         "/var/opt/mssql/mssql.conf",
                                                         "/scripts",
                                                         "/var/opt/mssql/endpoint-cert",
                                                         "/var/opt/mssql/certs",
                                                         "/var/opt/mssql/tls",
                                                         "/var/opt/mssql/security/ca-certificates",
                                                         "/etc/ssl/certs",
                                                         "/etc/git-secret"};

/// Five groups of five letters or digits.
bool is_product_key(std::string_view text) {
  if (text.size() != 29) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 6 == 5 ? text[i] != '-' : !is_alphanumeric(text[i])) return false;
  }
  return true;
}

void check_edition(const Subject& subject, const std::string& edition) {
  static constexpr std::array<std::string_view, 9> kKnown{"developer",  "express",           "standard",
                                                          "enterprise", "enterprisecore",    "evaluation",
                                                          "web",        "standarddeveloper", "enterprisedeveloper"};
  const auto warn = [&subject](const std::string& message) {
    subject.findings.warn(kEnvironment, "--edition", message);
  };
  const std::string word = to_lower(edition);
  if (edition.empty() || is_product_key(edition)) return;
  if (!contains(kKnown, word)) warn(fmt::format("\"{}\" is no edition known here and no product key", edition));
  if (word == "evaluation") warn("Evaluation stops working after 180 days");
  if (word == "express" && subject.in_group()) warn("Express has no availability groups");
  if (word == "standard" && subject.in_group()) {
    warn("Standard has basic availability groups only: 2 replicas and 1 database each");
  }
}

/// What every API server takes: letters, digits, "-", "_", "."; no digit first, and no step up a directory.
/// @source apimachinery IsEnvVarName, and IsRelaxedEnvVarName, which took its place (KEP-4369, stable since 1.34)
void check_variable_name(const Subject& subject, const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_usual = [&](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  const auto is_allowed = [](char c) { return c >= ' ' && c <= '~' && c != '='; };
  if (name.empty()) return subject.findings.error(kEnvironment, "--env", "has a variable without a name");
  if (!std::all_of(name.begin(), name.end(), is_allowed)) {
    return subject.findings.error(
        kEnvironment, "--env",
        fmt::format("\"{}\" is no name of a variable: only printable ASCII characters without \"=\"", name));
  }
  const bool usual = std::all_of(name.begin(), name.end(), is_usual) && !is_digit(name.front());
  if (usual && name != "." && !name.starts_with("..")) return;
  subject.findings.warn(kEnvironment, "--env",
                        fmt::format("\"{}\" is taken as a name only since Kubernetes 1.34: before, letters, digits, "
                                    "\"-\", \"_\" and \".\", no digit first",
                                    name));
}

/// A value that comes from elsewhere (valueFrom) is not known here; one that is no text is the shape's to judge.
void check_licence(const Subject& subject, const Json* variable) {
  const auto error = [&subject](const std::string& message) {
    subject.findings.error(kEnvironment, "--accept-eula", message);
  };
  if (variable == nullptr) {
    return error(fmt::format("SQL Server does not start before its licence is accepted; read {} and give --accept-eula",
                             licence_address()));
  }
  const Json* value = codec::find_at(*variable, {"value"});
  const bool known = value == nullptr ? !variable->contains("valueFrom") : value->is_string();
  if (const std::string text = codec::string_at(*variable, {"value"}); known && text != "Y") {
    error(fmt::format("ACCEPT_EULA is \"{}\", must be \"Y\"", text));
  }
}

void check_mounts(const Subject& subject, const char* list_name) {
  const Json* containers = list_at(subject.database, {"spec", "podTemplate", "spec", list_name});
  if (containers == nullptr) return;
  for (const Json& container : *containers) {
    const Json* mounts = list_at(container, {"volumeMounts"});
    if (mounts == nullptr) continue;
    for (const Json& mount : *mounts) {
      const std::string path = codec::string_at(mount, {"mountPath"});
      if (!contains(kReservedPaths, path)) continue;
      subject.error(fmt::format("spec.podTemplate.spec.{}[name={}].volumeMounts", list_name,
                                codec::string_at(container, {"name"})),
                    fmt::format("mount path {} is reserved by KubeDB", path));
    }
  }
}

/// The directory an init script's repository is cloned into must not lie in what KubeDB mounts.
void check_git_root(const Subject& subject) {
  const Json* arguments = list_at(subject.database, {"spec", "init", "script", "git", "args"});
  if (arguments == nullptr) return;
  for (const Json& argument : *arguments) {
    if (!argument.is_string()) continue;
    const std::string& text = argument.get_ref<const std::string&>();
    constexpr std::string_view kRoot = "--root=";
    if (text.rfind(kRoot, 0) != 0) continue;
    const std::string root = text.substr(kRoot.size());
    for (const std::string_view reserved : kReservedPaths) {
      if (root != reserved && root.rfind(fmt::format("{}/", reserved), 0) != 0) continue;
      subject.error("spec.init.script.git.args",
                    fmt::format("--root={} lies in {}, which KubeDB mounts", root, reserved));
      break;
    }
  }
}

std::optional<Quantity> quantity_of(const Json& resources, const char* group, const char* resource) {
  return quantity_from(codec::find_at(resources, {group, resource}));
}

}  // namespace

void check_environment(const Subject& subject) {
  const Json* container = find_container(subject.database, kDatabaseContainer);
  const Json* env = container == nullptr ? nullptr : list_at(*container, {"env"});
  std::set<std::string> seen;
  if (env != nullptr) {
    for (const Json& entry : *env) {
      const std::string name = codec::string_at(entry, {"name"});
      if (contains(kForbiddenVariables, name)) {
        subject.findings.error(kEnvironment, "--env", fmt::format("{} is set by KubeDB and must not be given", name));
      }
      if (const Json* typed = codec::find_at(entry, {"name"}); typed != nullptr && typed->is_string())
        check_variable_name(subject, name);
      if (!seen.insert(name).second) {
        subject.findings.error(kEnvironment, "--env", fmt::format("{} is there twice", name));
      }
    }
  }
  check_licence(subject, find_named(env, "ACCEPT_EULA"));
  if (const Json* edition = find_named(env, "MSSQL_PID"); edition == nullptr) {
    subject.findings.error(kEnvironment, "--edition", "MSSQL_PID is required");
  } else if (const Json* value = codec::find_at(*edition, {"value"}); value != nullptr && *value == "") {
    subject.findings.error(kEnvironment, "--edition", "MSSQL_PID is empty, must be an edition or a product key");
  } else {
    check_edition(subject, codec::string_at(*edition, {"value"}));
  }
}

void check_resources(const Subject& subject) {
  const Json* container = find_container(subject.database, kDatabaseContainer);
  const Json* resources = container == nullptr ? nullptr : codec::find_at(*container, {"resources"});
  if (resources == nullptr) return;
  for (const char* resource : {"cpu", "memory"}) {
    const std::optional<Quantity> request = quantity_of(*resources, "requests", resource);
    const std::optional<Quantity> limit = quantity_of(*resources, "limits", resource);
    if (!request || !limit || *request <= *limit) continue;
    subject.findings.error(fmt::format("{}.limits.{}", kResources, resource), fmt::format("--{}-limit", resource),
                           fmt::format("{} is less than the request {}", limit->text(), request->text()));
  }
  std::optional<Quantity> memory = quantity_of(*resources, "limits", "memory");
  if (!memory) memory = quantity_of(*resources, "requests", "memory");  // The server then makes it the limit.
  if (memory && *memory < Quantity::parse(kMinimumMemory)) {
    subject.findings.warn(fmt::format("{}.limits.memory", kResources), "--memory-limit",
                          fmt::format("{} is less than the {} SQL Server needs", memory->text(), kMinimumMemory));
  }
}

void check_volumes(const Subject& subject) {
  if (const Json* volumes = list_at(subject.database, {"spec", "podTemplate", "spec", "volumes"})) {
    for (const Json& volume : *volumes) {
      const std::string name = codec::string_at(volume, {"name"});
      if (!contains(kReservedVolumes, name)) continue;
      subject.error("spec.podTemplate.spec.volumes", fmt::format("volume name \"{}\" is reserved by KubeDB", name));
    }
  }
  check_mounts(subject, "containers");
  check_mounts(subject, "initContainers");
  check_git_root(subject);
}

}  // namespace dba::mssql
