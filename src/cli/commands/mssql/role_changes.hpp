#pragma once
// Which rows of a role report are worth printing again.

#include <vector>

#include "dba/mssql/roles.hpp"

namespace dba::cli {

/// Rows that are not as they were printed last, then those that left the selection, as they are now; a pod that is
/// nowhere any more has the remark "gone".
/// @param before     what was printed last
/// @param now        the rows asked for
/// @param everywhere all rows of the report
std::vector<mssql::ReplicaRole> changed_rows(const std::vector<mssql::ReplicaRole>& before,
                                             const std::vector<mssql::ReplicaRole>& now,
                                             const std::vector<mssql::ReplicaRole>& everywhere);

/// Rows of pods that were not printed before.
std::vector<mssql::ReplicaRole> new_rows(const std::vector<mssql::ReplicaRole>& before,
                                         const std::vector<mssql::ReplicaRole>& now);

}  // namespace dba::cli
