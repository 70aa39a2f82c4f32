#pragma once
// The files that the views are spread over: each adds its own to the list.

#include <string_view>
#include <vector>

#include "sql/views/columns.hpp"
#include "sql/views/context.hpp"

namespace dba::sandbox::sqlserver::views {

/// One view of sys. Every version since 2019 has all of them; their columns differ.
struct View {
  std::string_view name;  ///< Without "sys."
  Table (*fill)(const Context& context);
};

void add_group_views(std::vector<View>& list);
void add_replica_views(std::vector<View>& list);
void add_database_state_views(std::vector<View>& list);
void add_seeding_views(std::vector<View>& list);
void add_endpoint_views(std::vector<View>& list);
void add_database_views(std::vector<View>& list);
void add_session_views(std::vector<View>& list);
void add_server_views(std::vector<View>& list);

// What several of them say.
/// A replica's state of its databases taken together: 0 NOT_HEALTHY, 1 PARTIALLY_HEALTHY, 2 HEALTHY.
/// @source mssql.md 1.1
Coded replica_health(const Context& context, const group::Replica& replica);
Coded database_health(const Context& context, const group::DatabaseCopy& copy);
Coded coded_role(group::Role role);
Coded coded_database_state(int state);  ///< As sys.databases numbers them.

inline constexpr std::string_view kDistributedGroup = "dag";
std::string distributed_group_id(const Context& context);
/// Of a member group of the distributed one.
std::string member_group_id(const Context& context, std::string_view group);

}  // namespace dba::sandbox::sqlserver::views
