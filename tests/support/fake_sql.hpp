#pragma once
// Servers of a database without a server: each pod has a behaviour, and answers the room's own questions from it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"
#include "dba/sql/connector.hpp"

namespace dba::test {

/// One database as the primary shows a replica's progress.
struct FakeDatabase {
  std::string name = "agdb1";
  std::string state = "SYNCHRONIZED";
  bool ready = true;
  std::int64_t send_queue_kb = 0, redo_queue_kb = 0, redo_rate_kbps = 1024;
  std::string hardened_lsn = "42000000155200001";
  std::string last_commit = "2026-01-02T03:04:05.120";
  std::string suspend_reason{};
};

/// What a server is, and what goes wrong with it.
struct FakeServer {
  std::string role = "SECONDARY";  ///< Empty = in no group; "STANDALONE" = availability groups are off.
  std::string sequence = "4294967322";
  std::string name{};              ///< What it calls itself; empty = the pod's name.
  std::string distributed_role{};  ///< Its role in a distributed group; empty = there is none.
  std::vector<FakeDatabase> databases{FakeDatabase{}};

  std::optional<sql::SqlError> refuses{};     ///< What connecting ends with.
  std::optional<sql::SqlError> breaks{};      ///< What every batch ends with.
  bool frozen = false;                        ///< Answers nothing: our deadline passes.
  bool connects_late = false;                 ///< Not even the login is answered.
  std::function<void(int batch)> on_batch{};  ///< Before the answer to the n-th batch, from 1.
  /// Answers any other batch; without it those are refused.
  std::function<void(std::string_view batch, sql::ResultReader& reader)> answer{};
};

/// The servers of one group, by pod.
struct FakeServers {
  std::map<std::string, FakeServer> pods{};
  platform::Clock* clock = nullptr;  ///< Where a frozen server's deadline passes.

  std::mutex mutex{};
  std::vector<sql::Login> logins{};    ///< Every attempt.
  std::vector<std::string> batches{};  ///< "sales-0: /* kubectl-dba:roles */ …"

  std::unique_ptr<sql::Connector> connector();
  int logins_to(std::string_view pod);
};

/// sales-0 leads, sales-1 and sales-2 follow; database agdb1.
void make_healthy(FakeServers& servers);

/// The Secret the operator makes: sa and a password.
Json auth_secret_json(std::string_view ns, std::string_view database);

}  // namespace dba::test
