#include "sql_role_poll.hpp"

#include <utility>

#include <fmt/format.h>

namespace dba::mssql {

namespace {

constexpr auto kPause = std::chrono::milliseconds(500);

}  // namespace

SqlRolePoll::SqlRolePoll(kube::Client& client, const SqlQuestion& question) : client_(client), question_(question) {}

SqlRolePoll::~SqlRolePoll() {
  // The session under way ends at its own deadline at the latest.
  thread_.request_stop();
}

void SqlRolePoll::ask(const Json& database, std::vector<SqlPod> pods) {
  {
    const std::scoped_lock lock(mutex_);
    pods_ = std::move(pods);
    if (std::exchange(started_, true)) return;
  }
  try {
    sql_ = question_.open(database);
  } catch (const Error& error) {
    if (is_interrupt(error)) throw;
    problem_ = sql_problem(error);
    return;
  }
  asker_ = std::make_unique<ReplicaAsker>(*sql_, client_.clock(), client_.stop());
  ask_once();
  thread_ = std::jthread([this](const std::stop_token& stop) { poll(stop); });
}

void SqlRolePoll::ask_once() {
  std::vector<SqlPod> pods;
  {
    const std::scoped_lock lock(mutex_);
    pods = pods_;
  }
  RoleAnswers answers = asker_->ask_roles(pods, question_.deadline(client_.clock().steady_now()));
  const std::scoped_lock lock(mutex_);
  answers_ = std::move(answers);
  ++rounds_;
}

void SqlRolePoll::poll(const std::stop_token& stop) {
  try {
    while (!client_.clock().sleep_until(client_.clock().steady_now() + kPause, stop)) ask_once();
  } catch (const Error&) {
    // Interrupted: the watch ends as well, and says so.
  }
}

std::optional<RoleAnswers> SqlRolePoll::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}

std::string SqlRolePoll::problem() const { return problem_; }

std::uint64_t SqlRolePoll::rounds() const {
  const std::scoped_lock lock(mutex_);
  return rounds_;
}

std::string sql_problem(const Error& error) {
  return fmt::format("SQL Server could not be asked: {}{}{}", error.info().message,
                     error.info().cause.empty() ? "" : ": ", error.info().cause);
}

}  // namespace dba::mssql
