#pragma once
// Which servers of a database a command is for, and sessions with them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/client.hpp"
#include "dba/mssql/pod_sql.hpp"
#include "dba/mssql/roles_service.hpp"

namespace dba::mssql {

enum class WantedRole { primary, secondary };

struct TargetWish {
  WantedRole role = WantedRole::primary;
  std::string replica{};  ///< This pod, whatever its role.
  bool all = false;       ///< Every pod there is.
};

/// The servers of one database. Sessions may not outlive it.
class QueryTargets {
 public:
  /// Reads the database, its pods and its credentials.
  /// @throws Error (denied) when there is no such database or replica; (refused) for a secondary of a standalone one
  QueryTargets(kube::Client& client, std::string_view ns, std::string_view name, const TargetWish& wish,
               const OpenSql& open);
  ~QueryTargets();
  QueryTargets(const QueryTargets&) = delete;
  QueryTargets& operator=(const QueryTargets&) = delete;

  /// The pods by name; empty when the role decides, for which SQL Server is asked.
  const std::vector<SqlPod>& pods() const;

  struct Connection {
    std::string pod{};
    std::unique_ptr<sql::Session> session{};
    bool by_sqlcmd = false;  ///< See PodSql::by_sqlcmd().
  };
  /// @throws SqlError; Error of the tunnel
  Connection connect(const SqlPod& pod, const SessionWish& wish, platform::SteadyTime deadline);
  /// The pod that has the role by its own word: first the one Kubernetes names, then whoever says so.
  /// @throws Error (unhealthy) when nobody who answers has it, (write_lost) when two lead at the same time;
  ///         SqlError when the one that should have it cannot be talked to
  Connection connect_by_role(const SessionWish& wish, platform::SteadyTime deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::mssql
