#include "support/fake_sql.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/kube/resource.hpp"
#include "dba/sql/diagnostics.hpp"

#include "support/fake_transport.hpp"

namespace dba::test {

namespace {

using Cells = std::vector<std::pair<std::string, sql::Cell>>;

void send(sql::ResultReader& reader, const std::vector<std::string>& names, const std::vector<Cells>& rows) {
  std::vector<sql::Column> columns;
  for (const std::string& name : names) columns.push_back({.name = name});
  reader.columns(columns);
  for (const Cells& cells : rows) {
    sql::Row row(names.size());
    for (const auto& [name, value] : cells)
      row.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())) = value;
    reader.row(row);
  }
  reader.done(std::nullopt);
}

class FakeSession : public sql::Session {
 public:
  FakeSession(FakeServers& servers, std::string pod) : servers_(servers), pod_(std::move(pod)) {}

  void run(std::string_view batch, sql::ResultReader& reader, platform::SteadyTime deadline) override {
    FakeServer& server = servers_.pods.at(pod_);
    {
      const std::scoped_lock lock(servers_.mutex);
      servers_.batches.push_back(fmt::format("{}: {}", pod_, batch));
    }
    if (server.on_batch) server.on_batch(++batch_);
    if (server.frozen) pass(deadline);
    if (server.breaks) fail(*server.breaks);
    if (batch.find("kubectl-dba:roles") != std::string_view::npos) return answer_roles(server, reader);
    if (batch.find("kubectl-dba:replicas") != std::string_view::npos) return answer_replicas(server, reader);
    if (!server.answer)
      throw sql::SqlError(sql::Phase::execute, sql::Failure::statement, "SQL Server refused the statement",
                          {{.number = 102, .message = "Incorrect syntax."}});
    server.answer(batch, reader);
  }
  bool usable() const override { return usable_; }
  const sql::Trust& trust() const override { return trust_; }

 private:
  [[noreturn]] void fail(const sql::SqlError& error) {
    usable_ = !error.connection_dead();
    throw error;
  }
  [[noreturn]] void pass(platform::SteadyTime deadline) {
    if (servers_.clock != nullptr) servers_.clock->sleep_until(deadline, {});
    fail(sql::SqlError(sql::Phase::execute, sql::Failure::timed_out,
                       "SQL Server did not answer in time while running a statement"));
  }

  const std::string& name_of(const std::string& pod) const {
    const std::string& name = servers_.pods.at(pod).name;
    return name.empty() ? pod : name;
  }

  void answer_roles(const FakeServer& server, sql::ResultReader& reader) {
    send(reader, {"server_name", "product_version", "update_level", "edition", "is_hadr_enabled"},
         {{{"server_name", name_of(pod_)},
           {"product_version", "16.0.4085.2"},
           {"update_level", "CU12"},
           {"edition", "Developer Edition (64-bit)"},
           {"is_hadr_enabled", server.role == "STANDALONE" ? "0" : "1"}}});
    std::vector<Cells> rows;
    const bool in_group = !server.role.empty() && server.role != "STANDALONE";
    if (in_group) {
      rows.push_back({{"group_name", "sales"},
                      {"is_distributed", "0"},
                      {"sequence_number", server.sequence},
                      {"role_desc", server.role},
                      {"operational_state_desc", "ONLINE"}});
    }
    if (!server.distributed_role.empty())
      rows.push_back({{"group_name", "dag"}, {"is_distributed", "1"}, {"role_desc", server.distributed_role}});
    send(reader, {"group_name", "is_distributed", "sequence_number", "role_desc", "operational_state_desc"}, rows);
  }

  /// The primary knows all, any other only itself.
  void answer_replicas(const FakeServer& server, sql::ResultReader& reader) {
    answer_roles(server, reader);
    const bool primary = server.role == "PRIMARY";
    std::vector<Cells> replicas, databases, local;
    for (const auto& [pod, other] : servers_.pods) {
      if (server.role.empty() || server.role == "STANDALONE") break;
      const bool is_local = pod == pod_;
      replicas.push_back({{"group_name", "sales"},
                          {"is_distributed", "0"},
                          {"cluster_type_desc", "NONE"},
                          {"sequence_number", server.sequence},
                          {"replica_server_name", pod},
                          {"availability_mode_desc", "SYNCHRONOUS_COMMIT"},
                          {"failover_mode_desc", "MANUAL"},
                          {"secondary_access", "ALL"},
                          {"join_state_desc", "JOINED_STANDALONE_INSTANCE"}});
      if (is_local || primary) {
        const bool lost = other.frozen || other.refuses.has_value();
        Cells state{{"is_local", is_local ? "1" : "0"},
                    {"role_desc", other.role},
                    {"connected_state_desc", lost ? "DISCONNECTED" : "CONNECTED"},
                    {"synchronization_health_desc", lost ? "NOT_HEALTHY" : "HEALTHY"}};
        replicas.back().insert(replicas.back().end(), state.begin(), state.end());
      }
      for (const FakeDatabase& database : other.databases) {
        Cells cells{{"group_name", "sales"},
                    {"is_distributed", "0"},
                    {"replica_server_name", pod},
                    {"database_name", database.name},
                    {"is_failover_ready", database.ready ? "1" : "0"},
                    {"is_database_joined", "1"}};
        if (is_local || primary) {
          Cells progress{{"is_local", is_local ? "1" : "0"},
                         {"synchronization_state_desc", database.state},
                         {"synchronization_health_desc", "HEALTHY"},
                         {"is_suspended", database.suspend_reason.empty() ? "0" : "1"},
                         {"last_hardened_lsn", database.hardened_lsn},
                         {"end_of_log_lsn", database.hardened_lsn},
                         {"last_commit_lsn", database.hardened_lsn},
                         {"last_commit_time", database.last_commit}};
          if (!database.suspend_reason.empty()) progress.push_back({"suspend_reason_desc", database.suspend_reason});
          if (is_local) progress.push_back({"database_state_desc", "ONLINE"});
          if (other.role != "PRIMARY") {
            progress.push_back({"log_send_queue_kb", std::to_string(database.send_queue_kb)});
            progress.push_back({"redo_queue_kb", std::to_string(database.redo_queue_kb)});
            progress.push_back({"redo_rate_kbps", std::to_string(database.redo_rate_kbps)});
          }
          cells.insert(cells.end(), progress.begin(), progress.end());
        }
        databases.push_back(std::move(cells));
      }
    }
    for (const FakeDatabase& database : server.databases)
      local.push_back({{"name", database.name}, {"state_desc", "ONLINE"}});
    send(reader, kReplicaColumns, replicas);
    send(reader, kDatabaseColumns, databases);
    send(reader, {"name", "state_desc", "group_database_id"}, local);
  }

  static const std::vector<std::string> kReplicaColumns, kDatabaseColumns;

  FakeServers& servers_;
  std::string pod_;
  int batch_ = 0;
  bool usable_ = true;
  sql::Trust trust_{.verified = false, .tls_version = "TLSv1.2"};
};

const std::vector<std::string> FakeSession::kReplicaColumns{"group_name",
                                                            "is_distributed",
                                                            "cluster_type_desc",
                                                            "required_secondaries",
                                                            "sequence_number",
                                                            "primary_replica",
                                                            "replica_server_name",
                                                            "availability_mode_desc",
                                                            "failover_mode_desc",
                                                            "secondary_access",
                                                            "join_state_desc",
                                                            "is_local",
                                                            "role_desc",
                                                            "operational_state_desc",
                                                            "connected_state_desc",
                                                            "recovery_health_desc",
                                                            "synchronization_health_desc",
                                                            "last_connect_error_number",
                                                            "last_connect_error_description",
                                                            "last_connect_error_timestamp"};
const std::vector<std::string> FakeSession::kDatabaseColumns{"group_name",
                                                             "is_distributed",
                                                             "replica_server_name",
                                                             "database_name",
                                                             "is_failover_ready",
                                                             "is_database_joined",
                                                             "is_local",
                                                             "is_primary_replica",
                                                             "synchronization_state_desc",
                                                             "synchronization_health_desc",
                                                             "database_state_desc",
                                                             "is_suspended",
                                                             "suspend_reason_desc",
                                                             "log_send_queue_kb",
                                                             "log_send_rate_kbps",
                                                             "redo_queue_kb",
                                                             "redo_rate_kbps",
                                                             "secondary_lag_seconds",
                                                             "last_hardened_lsn",
                                                             "last_redone_lsn",
                                                             "end_of_log_lsn",
                                                             "last_commit_lsn",
                                                             "last_commit_time"};

class FakeConnector : public sql::Connector {
 public:
  explicit FakeConnector(FakeServers& servers) : servers_(servers) {}
  std::unique_ptr<sql::Session> connect(const sql::Login& login, platform::SteadyTime deadline) override {
    {
      const std::scoped_lock lock(servers_.mutex);
      servers_.logins.push_back(login);
    }
    const auto found = servers_.pods.find(login.server);
    if (found == servers_.pods.end())
      throw sql::SqlError(sql::Phase::connect, sql::Failure::unreachable,
                          fmt::format("nothing answers in \"{}\"", login.server));
    if (found->second.connects_late) {
      servers_.clock->sleep_until(deadline, {});
      throw sql::SqlError(sql::Phase::connect, sql::Failure::timed_out, "SQL Server did not answer in time");
    }
    if (found->second.refuses) throw *found->second.refuses;
    return std::make_unique<FakeSession>(servers_, login.server);
  }

 private:
  FakeServers& servers_;
};

}  // namespace

std::unique_ptr<sql::Connector> FakeServers::connector() { return std::make_unique<FakeConnector>(*this); }

int FakeServers::logins_to(std::string_view pod) {
  const std::scoped_lock lock(mutex);
  return static_cast<int>(
      std::count_if(logins.begin(), logins.end(), [pod](const sql::Login& login) { return login.server == pod; }));
}

void make_healthy(FakeServers& servers) {
  servers.pods["sales-0"].role = "PRIMARY";
  servers.pods["sales-1"].role = "SECONDARY";
  servers.pods["sales-2"].role = "SECONDARY";
}

Json auth_secret_json(std::string_view ns, std::string_view database) {
  Json secret = object_json(kube::resources::secrets, ns, fmt::format("{}-auth", database));
  secret["type"] = "kubernetes.io/basic-auth";
  secret["data"]["username"] = base64_encode("sa");
  secret["data"]["password"] = base64_encode("P@ss;w{o}rd 1");
  return secret;
}

}  // namespace dba::test
