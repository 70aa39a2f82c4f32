#pragma once
// Asks every instance of a database what it is and knows, all at once, each over a session of its own.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dba/mssql/pod_sql.hpp"
#include "dba/mssql/replica_view.hpp"
#include "dba/platform/clock.hpp"

namespace dba::mssql {

/// Why a pod gave no answer that can be used.
struct AskFailure {
  ExitCode code = ExitCode::sql_unreachable;
  std::string reason{};   ///< "timed-out", "login-failed", "wrong-server" …
  std::string message{};  ///< What failed, one clause.
  std::string cause{};    ///< The other side's words; empty when it was us who gave up.
  std::string sqlstate{};
  int number = 0;  ///< The server's or the driver's; 0 = none.

  std::string whole() const;  ///< Message and cause.
  std::string brief() const;  ///< The cause only where it is SQL Server's own.
  friend bool operator==(const AskFailure&, const AskFailure&) = default;
};

template <typename Answer>
struct PodAnswer {
  std::string pod{}, uid{};
  std::optional<Answer> answer{};  ///< Exactly one of this and `failure`.
  std::optional<AskFailure> failure{};
  std::optional<sql::Trust> trust{};
  std::chrono::milliseconds took{0};
};
using RoleAnswer = PodAnswer<SqlRole>;
using InstanceAnswer = PodAnswer<InstanceView>;

/// Roles of all instances, and whether two led at the same time.
struct RoleAnswers {
  std::vector<RoleAnswer> pods{};
  bool two_primaries_proven = false;
};

/// Keeps its sessions between two rounds of questions. One round at a time.
class ReplicaAsker {
 public:
  /// @param sql has to outlive it
  ReplicaAsker(PodSql& sql, platform::Clock& clock, std::stop_token stop);

  /// Whoever has not answered by `deadline` is a failure in the result. Whoever says PRIMARY while another one does,
  /// too, is asked again: who says so before and after the other did, under one sequence number, was primary all along.
  /// @throws Error (interrupted)
  RoleAnswers ask_roles(const std::vector<SqlPod>& pods, platform::SteadyTime deadline);
  /// @throws Error (interrupted)
  std::vector<InstanceAnswer> ask_instances(const std::vector<SqlPod>& pods, platform::SteadyTime deadline);

 private:
  template <typename Answer>
  std::vector<PodAnswer<Answer>> ask_all(const std::vector<SqlPod>& pods, platform::SteadyTime deadline,
                                         Answer (*ask)(sql::Session& session, platform::SteadyTime deadline));
  template <typename Answer>
  PodAnswer<Answer> ask_one(const SqlPod& pod, platform::SteadyTime deadline,
                            Answer (*ask)(sql::Session& session, platform::SteadyTime deadline));
  void forget_others(const std::vector<SqlPod>& pods);
  sql::Session& session_with(const SqlPod& pod, platform::SteadyTime deadline);

  PodSql& sql_;
  platform::Clock& clock_;
  std::stop_token stop_;
  std::mutex mutex_{};
  std::map<std::string, std::unique_ptr<sql::Session>, std::less<>> sessions_{};  ///< By uid; guarded by mutex_.
};

/// Asks one session alone. Whether it is the server it should be is the caller's to judge. @throws SqlError
SqlRole ask_role(sql::Session& session, platform::SteadyTime deadline);

/// The words of a failed call, for a row.
AskFailure failure_of(const Error& error);

}  // namespace dba::mssql
