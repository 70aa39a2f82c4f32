#pragma once
// The names, labels and selectors KubeDB gives to what it makes for an MSSQLServer. Pure text, nothing is looked up.
// @source KubeDB apimachinery v1alpha2 mssqlserver_helpers.go and constants.go

#include <cstddef>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::mssql {

inline constexpr std::string_view kApiVersion = "kubedb.com/v1alpha2";
inline constexpr std::string_view kKind = "MSSQLServer";
inline constexpr std::string_view kDatabaseContainer = "mssql";
inline constexpr std::string_view kCoordinatorContainer = "mssql-coordinator";

inline constexpr std::string_view kRoleLabel = "kubedb.com/role";
inline constexpr std::string_view kInstanceLabel = "app.kubernetes.io/instance";
inline constexpr std::string_view kNameLabel = "app.kubernetes.io/name";
inline constexpr std::string_view kManagedByLabel = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kNameLabelValue = "mssqlservers.kubedb.com";
inline constexpr std::string_view kManagedByLabelValue = "kubedb.com";
inline constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";  ///< On EndpointSlices.

inline constexpr std::string_view kRolePrimary = "primary";
inline constexpr std::string_view kRoleSecondary = "secondary";
inline constexpr std::string_view kRoleArbiter = "arbiter";

inline constexpr int kSqlPort = 1433;
inline constexpr int kMirrorPort = 5022;
inline constexpr int kMetricsPort = 9399;
inline constexpr std::size_t kMaximumNameLength = 45;  ///< Longer names make derived ones collide or not fit.
inline constexpr int kMaximumReplicas = 9;             ///< SQL Server's limit of one availability group.
inline constexpr int kMaximumSynchronousReplicas = 5;  ///< SQL Server's limit since 2019, the primary included.

/// `name-suffix` in at most 63 characters: the name is cut, the suffix kept, hyphens at the ends trimmed.
std::string name_with_suffix(std::string_view name, std::string_view suffix);

std::string primary_service_name(std::string_view database);    ///< X
std::string secondary_service_name(std::string_view database);  ///< X-secondary; here the *tail* is cut at 63.
std::string stats_service_name(std::string_view database);      ///< X-stats, never cut
std::string arbiter_name(std::string_view database);            ///< X-arbiter, the arbiter's PetSet
std::string pod_name(std::string_view database, int ordinal);   ///< X-0
std::string auth_secret_name(std::string_view database);        ///< X-auth
std::string certificate_secret_name(std::string_view database, std::string_view alias);  ///< X-server-cert
std::string login_secret_name(std::string_view database);                                ///< X-dbm-login
std::string master_key_secret_name(std::string_view database);                           ///< X-master-key

/// The auth secret the object names, else X-auth.
std::string auth_secret_of(const Json& database);

/// The availability group's name in SQL: the object's name without everything that is no letter or digit;
/// "DefaultGroupName" when nothing is left.
std::string availability_group_name(std::string_view database);

/// What shows whom the coordinator of a pod takes for the leader, for people to run.
std::string coordinator_log_command(std::string_view ns, std::string_view pod);

/// "app.kubernetes.io/instance=X,app.kubernetes.io/name=mssqlservers.kubedb.com"
std::string pod_selector(std::string_view database);
/// Pods of every database: "app.kubernetes.io/name=mssqlservers.kubedb.com".
std::string all_pods_selector();
/// EndpointSlices of the primary and the secondary Service: "kubernetes.io/service-name in (X,X-secondary)".
std::string endpoint_slice_selector(std::string_view database);

/// The number behind the last hyphen of a pod's name; -1 when there is none.
int ordinal_of(std::string_view pod);

}  // namespace dba::mssql
