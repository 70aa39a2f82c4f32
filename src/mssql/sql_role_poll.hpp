#pragma once
// Asks the servers of a database for their roles again and again beside a watch.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dba/mssql/ask_replicas.hpp"
#include "dba/mssql/roles_service.hpp"

namespace dba::mssql {

class SqlRolePoll {
 public:
  /// Starts a thread at the first pods it is given.
  SqlRolePoll(kube::Client& client, const SqlQuestion& question);
  ~SqlRolePoll();
  SqlRolePoll(const SqlRolePoll&) = delete;
  SqlRolePoll& operator=(const SqlRolePoll&) = delete;

  bool enabled() const { return static_cast<bool>(question_.open); }
  /// Whom to ask from now on. The first call waits for the first answers, so that the first report has them.
  void ask(const Json& database, std::vector<SqlPod> pods);
  /// The newest answers; absent before the first and when no server can be asked (see problem()).
  std::optional<RoleAnswers> answers() const;
  std::string problem() const;
  /// Grows with every round of answers.
  std::uint64_t rounds() const;

 private:
  void poll(const std::stop_token& stop);
  void ask_once();

  kube::Client& client_;
  const SqlQuestion question_;
  std::unique_ptr<PodSql> sql_{};
  std::unique_ptr<ReplicaAsker> asker_{};
  mutable std::mutex mutex_{};
  std::vector<SqlPod> pods_{};  ///< Guarded by mutex_, as the next ones.
  std::optional<RoleAnswers> answers_{};
  std::string problem_{};
  std::uint64_t rounds_ = 0;
  bool started_ = false;
  std::jthread thread_{};
};

/// The words for credentials that could not be had.
std::string sql_problem(const Error& error);

}  // namespace dba::mssql
