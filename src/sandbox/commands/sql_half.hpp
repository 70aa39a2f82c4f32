#pragma once
// Brings together what knows nothing of each other: the pods of a cluster, the coordinators, and the SQL Servers.

#include <functional>
#include <memory>

#include "api/api.hpp"
#include "cluster/cluster.hpp"
#include "operator/coordinator/runner.hpp"
#include "sql/servers.hpp"

namespace dba::sandbox::commands {

/// Objects straight from the store: what a SQL Server has mounted does not wait for the API server's faults.
sqlserver::FindObject find_in(const api::Api& api);
/// What the coordinators tell the SQL Servers and ask them.
/// @param also told after the servers; may be empty
kubedb::SqlHalf sql_half(const std::shared_ptr<sqlserver::SqlServers>& servers,
                         std::function<void(const sqlserver::MemberChange&)> also = {});
/// Port 1433 of the pods, and sqlcmd in them; null = nothing there any more.
void install_sql(cluster::Cluster& cluster, const std::shared_ptr<sqlserver::SqlServers>& servers);

}  // namespace dba::sandbox::commands
