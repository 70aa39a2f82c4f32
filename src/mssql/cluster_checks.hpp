#pragma once
// One parallel round of reads before a database is made or changed: everything the cluster would let us find out only
// later.

#include <memory>
#include <span>
#include <string>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"

namespace dba::mssql {

struct ClusterCheckOptions {
  std::string verb = "create";  ///< For messages: "cannot create database …".
  /// The database as it is, when this is a change of it: then nothing is said about its name and namespace, about a
  /// version that was deprecated since, nor about storage that stays. Null: a database of this name is an error.
  const Json* live = nullptr;
  bool issuer_may_be_missing = false;     ///< --with-issuer makes it.
  bool namespace_may_be_missing = false;  ///< --create-namespace makes it.
  std::span<const Json> provided{};       ///< Objects about to be written as well: the database may refer to them.
};

struct ClusterCheckResult {
  std::shared_ptr<const Json> database{};  ///< With the version, which the catalog gave when none was named.
  bool namespace_missing = false;
};

/// "\"sales\" exists in namespace \"demo\" and is being deleted; …"; empty when it is not being deleted.
std::string deletion_problem(const Json& live);
/// The command that waits until the database is gone.
std::string wait_for_deletion(const Json& live);

/// @param database  a whole object with metadata.namespace, valid in itself (check_database).
/// @param listener  gets the version that was chosen, what is unwise, and what could not be checked for lack of
///                  permission.
/// @throws Error with everything that speaks against it: refused, or denied when the namespace does not exist, an API
/// is
///         not installed or no version can be chosen because the catalog may not be read; ApiError when the server
///         cannot be asked at all.
/// @effects GETs and LISTs of the database, its namespace, issuer and secrets, the catalog and the StorageClasses.
ClusterCheckResult check_on_cluster(kube::Client& client, const Json& database, const ClusterCheckOptions& options,
                                    const ChangeListener& listener);

}  // namespace dba::mssql
