#pragma once
// Is everything there that this tool and KubeDB need? One answer for each thing, with what to do about it.

#include <functional>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/check.hpp"
#include "dba/sql/connector.hpp"

namespace dba::mssql {

/// Asks the cluster, all checks at once. What may not be read is `unknown`, and no failure.
/// @param ns where permissions are asked for
/// @throws Error (interrupted)
std::vector<Check> examine_cluster(kube::Client& client, std::string_view ns);

/// The API server's answer, before everything else. `fail` with its words when there is none.
Check examine_server(kube::Client& client);
/// Drivers of this machine. @param list throws SqlError when there is no driver manager
Check examine_drivers(const std::function<std::vector<sql::Driver>()>& list);

bool all_sound(const std::vector<Check>& checks);  ///< Nothing has failed.
/// {"apiVersion":"kubectl-dba/v1","kind":"DoctorReport","healthy":…,"checks":[…]}
Json doctor_report(const std::vector<Check>& checks);

}  // namespace dba::mssql
