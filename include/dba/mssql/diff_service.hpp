#pragma once
// What an apply would change, object by object, ready to be compared as text.

#include <memory>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"

namespace dba::mssql {

struct ObjectDiff {
  std::string file_name{};               ///< "kubedb.com.v1alpha2.MSSQLServer.demo.sales", as kubectl diff names it.
  std::shared_ptr<const Json> live{};    ///< Null when it does not exist yet.
  std::shared_ptr<const Json> merged{};  ///< What it would become.
};

/// @param objects         as for apply_objects.
/// @param force_conflicts show what --force-conflicts would make of it instead of failing on a conflict.
/// @returns every object, also those that stay as they are. What the server only keeps books with (managedFields,
///          resourceVersion, generation, uid, creationTimestamp) is left out; values of secrets are masked, changed
///          ones as "*** (before)" and "*** (after)".
/// @throws ApiError; Error (refused) for what the server does not take.
/// @effects GETs and dry runs.
std::vector<ObjectDiff> diff_objects(kube::Client& client, const std::vector<Json>& objects, bool force_conflicts,
                                     const ChangeListener& listener);

}  // namespace dba::mssql
