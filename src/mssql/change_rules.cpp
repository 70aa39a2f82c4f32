// What changing a live object directly would do, where an ops request is the safe way.

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/names.hpp"

#include "containers.hpp"
#include "flag_names.hpp"
#include "quantities.hpp"
#include "rule_set.hpp"
#include "topology.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kSize = "spec.storage.resources.requests.storage";

/// @source KubeDB's webhook: an absent storageType means Durable
std::string storage_type_of(const Json& database) {
  return codec::string_at(database, {"spec", "storageType"}, "Durable");
}

/// Whether everything `desired` says is so in `live`, quantities compared by value; what desired leaves open is fine.
bool is_covered(const Json* live, const Json& desired) {
  if (live == nullptr) return false;
  if (desired.is_object()) {
    for (const auto& [key, value] : desired.items()) {
      if (!is_covered(codec::find_at(*live, {key}), value)) return false;
    }
    return true;
  }
  if (codec::same_value(*live, desired)) return true;
  const std::optional<Quantity> a = quantity_from(live), b = quantity_from(&desired);
  return a && b && *a == *b;
}

class ChangeChecker {
 public:
  ChangeChecker(const Json& live, const Json& desired) : live_(live), desired_(desired) {}

  Findings check() {
    refuse_change("spec.topology.mode", topology_name(topology_of(live_)), topology_name(topology_of(desired_)));
    refuse_change("spec.storageType", storage_type_of(live_), storage_type_of(desired_));
    check_size();
    advise("spec.storage.storageClassName", {"spec", "storage", "storageClassName"}, "StorageMigration");
    advise("spec.version", {"spec", "version"}, "UpdateVersion");
    advise("spec.replicas", {"spec", "replicas"}, "HorizontalScaling");
    if (topology_of(live_) == topology_of(desired_)) check_databases();
    check_resources();
    check_environment();
    advise("spec.tls", {"spec", "tls"}, "ReconfigureTLS");
    advise("spec.configuration", {"spec", "configuration"}, "Reconfigure");
    advise("spec.authSecret", {"spec", "authSecret", "name"}, "RotateAuth");
    return std::move(findings_);
  }

 private:
  void refuse_change(std::string_view path, std::string_view was, std::string_view wanted) {
    if (was == wanted) return;
    findings_.error(
        path, flag_for(path),
        fmt::format("cannot become {}: the running database is {}, make a new one and move the data", wanted, was));
  }

  void check_size() {
    const codec::Path steps = {"spec", "storage", "resources", "requests", "storage"};
    const std::optional<Quantity> was = quantity_from(codec::find_at(live_, steps)),
                                  wanted = quantity_from(codec::find_at(desired_, steps));
    if (!was || !wanted || *was == *wanted) return;
    if (*wanted < *was) {
      return findings_.error(
          kSize, "--storage",
          fmt::format("{} is less than the present {}, a volume cannot shrink", wanted->text(), was->text()));
    }
    warn(kSize, "does not make the volumes grow", "VolumeExpansion");
  }

  void check_resources() {
    const Json* wanted = find_container(desired_, kDatabaseContainer);
    const Json* resources = wanted == nullptr ? nullptr : codec::find_at(*wanted, {"resources"});
    if (resources == nullptr) return;
    const Json* was = find_container(live_, kDatabaseContainer);
    if (was != nullptr && is_covered(codec::find_at(*was, {"resources"}), *resources)) return;
    warn("spec.podTemplate.spec.containers[name=mssql].resources", "goes past the operator's safe way",
         "VerticalScaling");
  }

  /// @source KubeDB's guides: the list of a running group may be extended; nothing is said of taking names out
  void check_databases() {
    const std::vector<std::string> wanted = databases_of(desired_);
    for (const std::string& name : databases_of(live_)) {
      if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) continue;
      findings_.warn(kGroupDatabases, flag_for(kGroupDatabases),
                     fmt::format("\"{}\" is in the running group and no longer in the list: KubeDB only adds databases "
                                 "to a group, take it out in SQL Server yourself",
                                 name));
    }
  }

  /// @source KubeDB's guides: environment variables cannot be updated; the webhook lets the change through
  void check_environment() {
    const Json* was = find_container(live_, kDatabaseContainer);
    const Json* wanted = find_container(desired_, kDatabaseContainer);
    const Json* before = was == nullptr ? nullptr : list_at(*was, {"env"});
    const Json* after = wanted == nullptr ? nullptr : list_at(*wanted, {"env"});
    if (after == nullptr) return;
    for (const Json& variable : *after) {
      const std::string name = codec::string_at(variable, {"name"});
      const Json* old = find_named(before, name);
      if (old == nullptr || !is_covered(old, variable)) warn_of_variable(name, old == nullptr ? "is new" : "changes");
    }
    if (before == nullptr) return;
    for (const Json& variable : *before) {
      const std::string name = codec::string_at(variable, {"name"});
      if (find_named(after, name) == nullptr) warn_of_variable(name, "goes away");
    }
  }

  void warn_of_variable(const std::string& name, std::string_view what) {
    findings_.warn("spec.podTemplate.spec.containers[name=mssql].env", name == "MSSQL_PID" ? "--edition" : "--env",
                   fmt::format("{} {}: KubeDB does not support a change of the environment of a running database and "
                               "does not refuse it; make a new database, or check that every pod was made again",
                               name, what));
  }

  void advise(std::string_view path, codec::Path steps, std::string_view operation) {
    const Json* wanted = codec::find_at(desired_, steps);
    if (wanted == nullptr || is_covered(codec::find_at(live_, steps), *wanted)) return;
    warn(path, "goes past the operator's safe way", operation);
  }

  void warn(std::string_view path, std::string_view effect, std::string_view operation) {
    findings_.warn(path, flag_for(path),
                   fmt::format("changing it here {}; use an ops request of type {}", effect, operation));
  }

  const Json& live_;
  const Json& desired_;
  Findings findings_{};
};

}  // namespace

Findings check_change(const Json& live, const Json& desired) { return ChangeChecker(live, desired).check(); }

}  // namespace dba::mssql
