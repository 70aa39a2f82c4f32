#include "query_options.hpp"

#include "dba/base/error.hpp"

#include "completers.hpp"

namespace dba::cli {

mssql::TargetWish target_of(const QueryOptions& options) {
  const int given =
      (options.role.empty() ? 0 : 1) + (options.target.replica.empty() ? 0 : 1) + (options.target.all ? 1 : 0);
  if (given > 1) throw usage_error("--role, --replica and --all-replicas exclude each other");
  mssql::TargetWish wish = options.target;
  if (options.role == "secondary") wish.role = mssql::WantedRole::secondary;
  return wish;
}

std::vector<Flag> target_flags(QueryOptions& options) {
  return {
      {.name = "role",
       .value = "ROLE",
       .help = "Whom to ask: who leads (default) or the first who follows",
       .into = &options.role,
       .one_of = {"primary", "secondary"},
       .group = "Target"},
      {.name = "replica",
       .value = "POD",
       .help = "This replica, whatever its role",
       .into = &options.target.replica,
       .group = "Target",
       .complete = complete_replicas(options.name)},
      {.name = "all-replicas",
       .help = "Every replica, one after the other; each row says whose it is",
       .into = &options.target.all,
       .group = "Target"},
      {.name = "database",
       .value = "NAME",
       .help = "Database of SQL Server to be in",
       .into = &options.session.database,
       .group = "Target",
       .complete = complete_group_databases(options.name)},
      {.name = "read-only",
       .help = "Say that nothing will be written (ApplicationIntent=ReadOnly), as some secondaries ask for",
       .into = &options.session.read_intent,
       .group = "Target"},
  };
}

}  // namespace dba::cli
