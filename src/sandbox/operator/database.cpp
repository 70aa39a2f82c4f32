#include "operator/database.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::size_t kLongestName = 63;

std::string group_field(const Json& database, std::string_view field, std::string_view suffix) {
  const std::string chosen = codec::string_at(database, {"spec", "topology", "availabilityGroup", field});
  return chosen.empty() ? name_with_suffix(codec::name_of(database), suffix) : chosen;
}

}  // namespace

std::string mode_of(const Json& database) { return codec::string_at(database, {"spec", "topology", "mode"}); }

bool is_standalone(const Json& database) {
  const Json* topology = codec::find_at(database, {"spec", "topology"});
  return topology == nullptr || topology->is_null();
}

bool is_availability_group(const Json& database) { return mode_of(database) == "AvailabilityGroup"; }

bool is_distributed(const Json& database) {
  return mode_of(database) == "DistributedAG" &&
         codec::find_at(database, {"spec", "topology", "distributedAG"}) != nullptr;
}

bool is_cluster(const Json& database) { return is_availability_group(database) || is_distributed(database); }
bool is_halted(const Json& database) { return codec::bool_at(database, {"spec", "halted"}); }
bool wants_client_tls(const Json& database) { return codec::bool_at(database, {"spec", "tls", "clientTLS"}); }

bool is_durable(const Json& database) {
  return codec::string_at(database, {"spec", "storageType"}, "Durable") != "Ephemeral";
}

std::int64_t replicas_of(const Json& database) { return codec::int_at(database, {"spec", "replicas"}).value_or(1); }

bool needs_arbiter(const Json& database) { return is_availability_group(database) && replicas_of(database) % 2 == 0; }

std::string qualified_name(const Json& database) {
  return fmt::format("{}/{}", codec::namespace_of(database), codec::name_of(database));
}

std::string name_with_suffix(std::string_view name, std::string_view suffix) {
  const std::size_t room = suffix.size() + 1 < kLongestName ? kLongestName - suffix.size() - 1 : 0;
  const std::string joined = fmt::format("{}-{}", name.substr(0, room), suffix);
  const std::size_t first = joined.find_first_not_of('-');
  if (first == std::string::npos) return {};
  return joined.substr(first, joined.find_last_not_of('-') - first + 1);
}

std::string secondary_service_name(std::string_view database) {
  std::string name = fmt::format("{}-secondary", database).substr(0, kLongestName);
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::string stats_service_name(std::string_view database) { return fmt::format("{}-stats", database); }

std::string config_secret_name(const Json& database) {
  constexpr std::size_t kTail = 6;
  const std::string uid = codec::uid_of(database);
  return name_with_suffix(codec::name_of(database), uid.size() > kTail ? uid.substr(uid.size() - kTail) : uid);
}

std::string auth_secret_name(const Json& database) {
  const std::string chosen = codec::string_at(database, {"spec", "authSecret", "name"});
  return chosen.empty() ? name_with_suffix(codec::name_of(database), "auth") : chosen;
}

std::string login_secret_name(const Json& database) { return group_field(database, "loginSecretName", "dbm-login"); }

std::string master_key_secret_name(const Json& database) {
  return group_field(database, "masterKeySecretName", "master-key");
}

std::string certificate_secret_name(const Json& database, std::string_view alias) {
  if (alias == "endpoint") {
    const std::string chosen =
        codec::string_at(database, {"spec", "topology", "availabilityGroup", "endpointCertSecretName"});
    if (!chosen.empty()) return chosen;
  }
  const Json* entry = find_entry(codec::find_at(database, {"spec", "tls", "certificates"}), "alias", alias);
  const std::string chosen = entry == nullptr ? "" : codec::string_at(*entry, {"secretName"});
  return chosen.empty() ? name_with_suffix(codec::name_of(database), fmt::format("{}-cert", alias)) : chosen;
}

std::vector<std::string> certificate_aliases(const Json& database) {
  std::vector<std::string> aliases{"server", "client"};
  const bool brought =
      !codec::string_at(database, {"spec", "topology", "availabilityGroup", "endpointCertSecretName"}).empty();
  if (is_cluster(database) && !brought) aliases.emplace_back("endpoint");
  return aliases;
}

std::vector<std::string> petset_names(const Json& database) {
  const std::string name = codec::name_of(database);
  std::vector<std::string> names{name};
  if (needs_arbiter(database)) names.push_back(name_with_suffix(name, "arbiter"));
  return names;
}

Json selector_labels(std::string_view database) {
  return Json::object({{"app.kubernetes.io/instance", database},
                       {"app.kubernetes.io/managed-by", "kubedb.com"},
                       {"app.kubernetes.io/name", "mssqlservers.kubedb.com"}});
}

Json offshoot_labels(std::string_view database) {
  Json labels = Json::object({{"app.kubernetes.io/component", "database"}});
  labels.update(selector_labels(database));
  return labels;
}

Json owner_reference(const Json& owner) {
  return Json::object({{"apiVersion", codec::string_at(owner, {"apiVersion"})},
                       {"blockOwnerDeletion", true},
                       {"controller", true},
                       {"kind", codec::string_at(owner, {"kind"})},
                       {"name", codec::name_of(owner)},
                       {"uid", codec::uid_of(owner)}});
}

Json offshoot_metadata(const Json& database, std::string_view name) {
  return Json::object({{"name", name},
                       {"namespace", codec::namespace_of(database)},
                       {"labels", offshoot_labels(codec::name_of(database))},
                       {"ownerReferences", Json::array({owner_reference(database)})}});
}

}  // namespace dba::sandbox::kubedb
