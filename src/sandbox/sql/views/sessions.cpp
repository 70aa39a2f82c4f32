// Who is connected. @source mssql.md 2.1 (what is asked of these views), Microsoft's column lists
#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

Table exec_sessions(const Context& context) {
  Table table{{{"session_id", kSmallInt, false},
               {"login_time", kDatetime, false},
               {"host_name", kSysname},
               {"program_name", kSysname},
               {"client_interface_name", text(32)},
               {"login_name", kSysname, false},
               {"original_login_name", kSysname, false},
               {"status", text(30), false},
               {"database_id", kSmallInt, false},
               {"is_user_process", kBit, false},
               {"open_transaction_count", kInt, false},
               {"transaction_isolation_level", kSmallInt, false},
               {"lock_timeout", kInt, false}},
              {}};
  if (context.version.year >= 2022) table.columns.push_back({"contained_availability_group_id", kGuid});
  for (const SessionRow& session : context.sessions) {
    Row row;
    row.add(session.spid).add(datetime_text(session.since)).add(session.host).add(session.application).add("ODBC");
    row.add(session.login).add(session.login).add("running").add(context.database_id(session.database)).add(true);
    row.add(session.open_transactions).add(2).add(-1);
    if (context.version.year >= 2022) row.nulls(1);
    table.rows.push_back(row.take());
  }
  return table;
}

Table exec_connections(const Context& context) {
  Table table{{{"session_id", kInt},
               {"connect_time", kDatetime, false},
               {"net_transport", text(40), false},
               {"protocol_type", text(40)},
               {"encrypt_option", text(40), false},
               {"auth_scheme", text(40), false},
               {"net_packet_size", kInt},
               {"client_net_address", text(48)},
               {"local_net_address", text(48)},
               {"local_tcp_port", kInt},
               {"connection_id", kGuid, false},
               {"parent_connection_id", kGuid}},
              {}};
  for (const SessionRow& session : context.sessions) {
    Row row;
    row.add(session.spid).add(datetime_text(session.since)).add("TCP").add("TSQL").add("TRUE").add("SQL").add(4096);
    row.add("127.0.0.1").add("127.0.0.1").add(1433).add(context.guid("connection " + std::to_string(session.spid)));
    table.rows.push_back(row.nulls(1).take());
  }
  return table;
}

Table exec_requests(const Context& context) {
  Table table{{{"session_id", kSmallInt, false},
               {"request_id", kInt, false},
               {"start_time", kDatetime, false},
               {"status", text(30), false},
               {"command", text(32), false},
               {"database_id", kSmallInt, false},
               {"blocking_session_id", kSmallInt},
               {"wait_type", kDesc},
               {"wait_time", kInt, false},
               {"percent_complete", {.id = TypeId::real}, false}},
              {}};
  for (const SessionRow& session : context.sessions) {
    Row row;
    row.add(session.spid).add(0).add(datetime_text(context.wall)).add("running").add("SELECT");
    row.add(context.database_id(session.database)).add(0).nulls(1).add(0).add(Value(0.0));
    table.rows.push_back(row.take());
  }
  return table;
}

}  // namespace

void add_session_views(std::vector<View>& list) {
  list.push_back({"dm_exec_sessions", exec_sessions});
  list.push_back({"dm_exec_connections", exec_connections});
  list.push_back({"dm_exec_requests", exec_requests});
}

}  // namespace dba::sandbox::sqlserver::views
