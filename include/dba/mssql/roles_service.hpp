#pragma once
// Reads and follows who leads a database: the object, its pods, the endpoints of its Services, and, when asked to, SQL
// Server in the pods.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dba/kube/client.hpp"
#include "dba/mssql/pod_sql.hpp"
#include "dba/mssql/roles.hpp"

namespace dba::mssql {

/// Opens what reaches the servers of a database. @throws Error when its credentials cannot be had.
using OpenSql = std::function<std::unique_ptr<PodSql>(const Json& database)>;

/// How SQL Server is asked; without `open` it is not.
struct SqlQuestion {
  OpenSql open{};
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< What every server has for one round of answers.
  std::optional<platform::SteadyTime> until{};                  ///< Ends the round instead, where set.

  platform::SteadyTime deadline(platform::SteadyTime now) const;  ///< When a round that begins `now` has to end.
};

/// Three requests in parallel, then every server at once. Where no server can be asked, or none answers, Kubernetes
/// alone is the source, and `errors` say why.
/// @throws Error (denied) when the database does not exist (with close names), or it or its pods may not be read.
RoleReport read_roles(kube::Client& client, std::string_view ns, std::string_view name, const SqlQuestion& sql = {});

/// One report after the first lists, then one after every event that changes something in it. Servers are asked twice a
/// second beside that; what Kubernetes says is told at once, with the answers there are.
/// @param on_report false = enough.
/// @throws Error (denied) when the database does not exist, is deleted, or it or its pods may not be followed;
///         (interrupted) when the client's stop token is requested.
void follow_roles(kube::Client& client, std::string_view ns, std::string_view name,
                  const std::function<bool(const RoleReport& report)>& on_report, const SqlQuestion& sql = {});

}  // namespace dba::mssql
