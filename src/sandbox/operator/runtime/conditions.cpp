#include "operator/runtime/conditions.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

struct Words {
  std::string_view type, true_reason, true_message, false_reason, false_message;
};

/// "{}" is ns/name. The misspelt reason is KubeDB's own. Texts of what is false are not documented, but for the reason
/// SomeReplicasNotReady.
constexpr std::array kWords{
    Words{"ProvisioningStarted", "DatabaseProvisioningStartedSuccessfully",
          "The KubeDB operator has started the provisioning of MSSQLServer: {}", "", ""},
    Words{"ReplicaReady", "AllReplicasReady", "All replicas are ready for MSSQLServer {}", "SomeReplicasNotReady",
          "Some replicas are not ready for MSSQLServer {}"},
    Words{"AGPrimaryReplicaReady", "AvailabilyGroupCreatedInPrimary", "Primary replica is ready for MSSQL {}", "", ""},
    Words{"AcceptingConnection", "AcceptingConnection", "database {} is accepting connection", "NotAcceptingConnection",
          "database {} is not accepting connection"},
    Words{"Ready", "AllReplicasReady", "database {} is ready", "SomeReplicasNotReady", "database {} is not ready"},
    Words{"Provisioned", "DatabaseSuccessfullyProvisioned", "The MSSQLServer: {} is successfully provisioned.", "", ""},
    Words{"Halted", "DatabaseHaltedSuccessfully", "The MSSQLServer: {} is successfully halted.", "", ""},
};

bool has_status(const Json& conditions, std::string_view type, std::string_view status) {
  const Json* found = find_entry(&conditions, "type", type);
  return found != nullptr && codec::string_at(*found, {"status"}) == status;
}

}  // namespace

Condition make_condition(std::string_view type, bool status, const Json& database) {
  const auto* words = std::find_if(kWords.begin(), kWords.end(), [&](const Words& row) { return row.type == type; });
  if (words == kWords.end()) throw std::logic_error("a condition without words");
  const std::string_view message = status ? words->true_message : words->false_message;
  return {.type = std::string(type),
          .status = status,
          .reason = std::string(status ? words->true_reason : words->false_reason),
          .message = fmt::format(fmt::runtime(message), qualified_name(database))};
}

bool is_true(const Json& conditions, std::string_view type) { return has_status(conditions, type, "True"); }
bool is_false(const Json& conditions, std::string_view type) { return has_status(conditions, type, "False"); }

bool has_condition(const Json& conditions, std::string_view type) {
  return find_entry(&conditions, "type", type) != nullptr;
}

bool set_condition(Json& conditions, const Condition& condition, std::int64_t generation, WallTime now) {
  const char* status = condition.status ? "True" : "False";
  const Json* known = find_entry(&conditions, "type", condition.type);
  const bool same_status = known != nullptr && codec::string_at(*known, {"status"}) == status;
  if (same_status && codec::string_at(*known, {"reason"}) == condition.reason) return false;
  Json& entry = entry_in(conditions, "type", condition.type);
  const std::string since = same_status ? codec::string_at(entry, {"lastTransitionTime"}) : format_rfc3339(now);
  entry = Json::object({{"lastTransitionTime", since},
                        {"message", condition.message},
                        {"observedGeneration", generation},
                        {"reason", condition.reason},
                        {"status", status},
                        {"type", condition.type}});
  return true;
}

bool remove_condition(Json& conditions, std::string_view type) {
  for (auto at = conditions.begin(); at != conditions.end(); ++at) {
    if (codec::string_at(*at, {"type"}) != type) continue;
    conditions.erase(at);
    return true;
  }
  return false;
}

std::string phase_of(const Json& conditions) {
  const auto yes = [&](std::string_view type) { return is_true(conditions, type); };
  const auto no = [&](std::string_view type) { return is_false(conditions, type); };
  const bool provisioned = yes("Provisioned");
  if (yes("HealthCheckPaused")) return "Unknown";
  if (yes("Halted")) return "Halted";
  if (yes("DataRestoreStarted")) {
    if (!has_condition(conditions, "DataRestored")) return "DataRestoring";
    if (no("DataRestored")) return "NotReady";
  }
  if (no("DataRestored")) return "NotReady";
  if (no("AcceptingConnection") && provisioned) return "NotReady";
  if (no("ReplicaReady") && provisioned) return "Critical";
  if (no("Ready") && provisioned) return "Critical";
  if (yes("Ready") && provisioned) return "Ready";
  return yes("ProvisioningStarted") ? "Provisioning" : "";
}

}  // namespace dba::sandbox::kubedb
