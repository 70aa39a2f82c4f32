#pragma once
// What deleting a database removes and what it leaves, by its deletionPolicy.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

enum class DeletionPolicy { do_not_terminate, halt, remove, wipe_out };

/// spec.deletionPolicy; absent or unknown counts as the server's default, Delete.
DeletionPolicy deletion_policy_of(const Json& database);
std::string_view deletion_policy_name(DeletionPolicy policy);  ///< "DoNotTerminate", "Halt", "Delete", "WipeOut"

struct DeletionPlan {
  DeletionPolicy policy = DeletionPolicy::remove;
  bool blocked = false;                ///< DoNotTerminate: the server refuses.
  bool loses_data = false;             ///< Volumes go.
  bool loses_backups = false;          ///< WipeOut: secrets and backed-up data go as well.
  std::vector<std::string> removed{};  ///< "pods sales-0, sales-1 and sales-2", "PersistentVolumeClaims data-sales-0 …"
  std::vector<std::string> kept{};
};

/// What deleting `database` would do, told by its policy, topology, storage type and replicas alone.
DeletionPlan plan_deletion(const Json& database);

/// Lines for people, said before anything is done: what goes, what stays.
std::string deletion_text(const Json& database, const DeletionPlan& plan);
/// The command that sets another policy, so that a DoNotTerminate database can be deleted.
std::string policy_command(const Json& database, DeletionPolicy policy);

}  // namespace dba::mssql
