#pragma once
// What KubeDB reads out of an MSSQLServer, and how it names and labels what belongs to it.
// @source kubedb.md 1.2, 4

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

inline constexpr std::string_view kRoleLabel = "kubedb.com/role";
inline constexpr const char* kFinalizer = "kubedb.com";

std::string mode_of(const Json& database);  ///< spec.topology.mode; empty when absent.
bool is_standalone(const Json& database);   ///< No topology at all.
bool is_availability_group(const Json& database);
bool is_distributed(const Json& database);  ///< The mode and the block: one alone does not count.
bool is_cluster(const Json& database);      ///< Of the two before.
bool is_halted(const Json& database);
bool wants_client_tls(const Json& database);
bool is_durable(const Json& database);           ///< storageType, Durable when unset.
std::int64_t replicas_of(const Json& database);  ///< Data replicas; 1 when unset.
/// Whether an arbiter belongs to it now: availability groups with an even number of replicas.
bool needs_arbiter(const Json& database);
/// "ns/name", as conditions and events say it.
std::string qualified_name(const Json& database);

/// The first characters of `name` that leave room for the suffix within 63, "-", the suffix, without "-" at the ends.
std::string name_with_suffix(std::string_view name, std::string_view suffix);
std::string secondary_service_name(std::string_view database);  ///< Here the tail is cut.
std::string stats_service_name(std::string_view database);      ///< Never cut.
std::string config_secret_name(const Json& database);           ///< Ends in the last six characters of the uid.
std::string auth_secret_name(const Json& database);             ///< spec.authSecret.name, else "X-auth".
std::string login_secret_name(const Json& database);
std::string master_key_secret_name(const Json& database);
/// The Secret of a certificate by its alias "server", "client" or "endpoint".
std::string certificate_secret_name(const Json& database, std::string_view alias);
/// Aliases of the certificates that the operator has cert-manager issue, in their order.
std::vector<std::string> certificate_aliases(const Json& database);
/// PetSets it consists of: "X" and, with an arbiter, "X-arbiter".
std::vector<std::string> petset_names(const Json& database);

/// instance, managed-by, name.
Json selector_labels(std::string_view database);
/// component, instance, managed-by, name.
Json offshoot_labels(std::string_view database);
/// metadata of an object that belongs to the database: name, namespace, labels, ownerReferences.
Json offshoot_metadata(const Json& database, std::string_view name);
/// The reference to a controlling owner.
Json owner_reference(const Json& owner);

}  // namespace dba::sandbox::kubedb
