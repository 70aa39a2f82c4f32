// The validating webhook for MSSQLServer. It never looks at the old object. @source kubedb.md 2.2

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"
#include "operator/webhook.hpp"

namespace dba::sandbox::kubedb {

namespace {

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

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const Json& list_at(const Json& root, codec::Path path) {
  static const Json nothing = Json::array();
  const Json* found = codec::find_at(root, path);
  return found != nullptr && found->is_array() ? *found : nothing;
}

/// The list of refusals of one database; the value of each is the database's name.
class Verdict {
 public:
  Verdict(const Json& database, const Lookup& lookup) : database_(database), lookup_(lookup) {}

  std::vector<Refusal> judge() {
    check_version();
    check_topology();
    check_tls();
    if (codec::find_at(database_, {"spec", "podTemplate"}) != nullptr) check_pod_template();
    check_storage_type();
    return std::move(refusals_);
  }

 private:
  void refuse(std::string field, std::string message) {
    refusals_.push_back({.field = std::move(field), .value = codec::name_of(database_), .message = std::move(message)});
  }

  bool has(codec::Path path) const {
    const Json* found = codec::find_at(database_, path);
    return found != nullptr && !found->is_null();
  }

  void check_version() {
    const std::string version = codec::string_at(database_, {"spec", "version"});
    if (lookup_("catalog.kubedb.com/v1alpha1", "MSSQLServerVersion", "", version)) return;
    refuse("spec.version", fmt::format("mssqlserverversions.catalog.kubedb.com \"{}\" not found", version));
  }

  void check_topology() {
    const std::optional<std::int64_t> replicas = codec::int_at(database_, {"spec", "replicas"});
    if (is_standalone(database_)) {
      if (replicas != 1) refuse("spec.replicas", "number of replicas for standalone must be one ");
      return;
    }
    if (mode_of(database_).empty()) {
      refuse("spec.topology.mode", ".spec.topology.mode can't be empty in cluster mode");
    }
    if (replicas.value_or(0) <= 0) {
      refuse("spec.replicas", "number of replicas can not be nil and can not be less than or equal to 0");
    }
  }

  void check_tls() {
    if (!has({"spec", "tls"})) {
      refuse("spec.tls", "spec.tls is missing");
    } else if (!has({"spec", "tls", "issuerRef"})) {
      refuse("spec.tls.issuerRef", "spec.tls.issuerRef' is missing");
    }
  }

  void check_pod_template() {
    check_variables();
    check_volumes();
    check_mounts();
    check_git_root();
  }

  void check_variables() {
    const Json* mssql =
        find_entry(codec::find_at(database_, {"spec", "podTemplate", "spec", "containers"}), "name", "mssql");
    bool has_edition = false;
    for (const Json& variable : mssql == nullptr ? Json::array() : list_at(*mssql, {"env"})) {
      const std::string name = codec::string_at(variable, {"name"});
      if (contains(kForbiddenVariables, name)) {
        return refuse("spec.podTemplate",
                      fmt::format("environment variable {} is forbidden to use in MSSQLServer spec", name));
      }
      has_edition = has_edition || name == "MSSQL_PID";
    }
    if (!has_edition) {
      refuse("spec.podTemplate", "environment variable MSSQL_PID must be provided in MSSQLServer spec");
    }
  }

  void check_volumes() {
    for (const Json& volume : list_at(database_, {"spec", "podTemplate", "spec", "volumes"})) {
      const std::string name = codec::string_at(volume, {"name"});
      if (!contains(kReservedVolumes, name)) continue;
      return refuse("spec.podTemplate.spec.volumes", fmt::format("Can't use a reserved volume name: {}", name));
    }
  }

  void check_mounts() {
    for (const std::string_view kind : {"containers", "initContainers"}) {
      for (const Json& container : list_at(database_, {"spec", "podTemplate", "spec", kind})) {
        for (const Json& mount : list_at(container, {"volumeMounts"})) {
          const std::string path = codec::string_at(mount, {"mountPath"});
          if (!contains(kReservedPaths, path)) continue;
          return refuse("spec.podTemplate.spec.containers",
                        fmt::format("Can't use a reserve volume mount path name: {}", path));
        }
      }
    }
  }

  void check_git_root() {
    constexpr std::string_view kRoot = "--root=";
    for (const Json& argument : list_at(database_, {"spec", "init", "script", "git", "args"})) {
      if (!argument.is_string() || !argument.get_ref<const std::string&>().starts_with(kRoot)) continue;
      const std::string root = argument.get<std::string>().substr(kRoot.size());
      for (const std::string_view reserved : kReservedPaths) {
        if (root != reserved && !root.starts_with(std::string(reserved) + "/")) continue;
        return refuse("spec.podTemplate.spec.containers",
                      fmt::format("Cannot use mountPath {} because of reservedMountPaths path {}", root, reserved));
      }
    }
  }

  void check_storage_type() {
    const std::string type = codec::string_at(database_, {"spec", "storageType"});
    if (type.empty()) {
      refuse("spec.storageType", "StorageType can not be empty");
    } else if (type != "Durable" && type != "Ephemeral") {
      refuse("spec.storageType", "StorageType should be either durable or ephemeral");
    }
  }

  const Json& database_;
  const Lookup& lookup_;
  std::vector<Refusal> refusals_{};
};

}  // namespace

std::vector<Refusal> validate(const Json& database, const Lookup& lookup) { return Verdict(database, lookup).judge(); }

std::optional<std::string> validate_deletion(const Json& database) {
  if (codec::string_at(database, {"spec", "deletionPolicy"}) != "DoNotTerminate") return std::nullopt;
  return "Can not delete as terminationPolicy is set to \"DoNotTerminate\"";
}

}  // namespace dba::sandbox::kubedb
