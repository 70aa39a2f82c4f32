#pragma once
// Whole command lines against the three SQL Servers of one database.

#include <vector>

#include "support/command_harness.hpp"
#include "support/mssql_objects.hpp"

namespace dba::test {

/// The availability group "sales" of namespace "demo", all of whose servers answer; sales-0 leads.
struct SqlHarness : CommandHarness {
  SqlHarness() {
    const std::vector<Json> pods = three_pods();
    api().on_get(database_json("demo", "sales")).optionally();
    api().on_list(kube::resources::pods, "demo", pods).optionally();
    api()
        .on_list(kube::resources::endpointslices, "demo",
                 {slice_json("demo", "sales", {pods[0]}), slice_json("demo", "sales-secondary", {pods[1], pods[2]})})
        .optionally();
    api().on_get(auth_secret_json("demo", "sales")).optionally();
    make_healthy(servers());
    servers().clock = &clock();
  }
  FakeServer& server(const char* pod) { return servers().pods[pod]; }
};

inline const sql::SqlError kNothingAnswers(sql::Phase::connect, sql::Failure::unreachable,
                                           "nothing answers on port 1433",
                                           {{.message = "dial tcp4 127.0.0.1:1433: connect: connection refused"}});
inline const sql::SqlError kWrongPassword(
    sql::Phase::connect, sql::Failure::login_failed, "SQL Server refused the login of \"sa\"",
    {{.sqlstate = "28000", .number = 18456, .message = "Login failed for user 'sa'."}});

}  // namespace dba::test
