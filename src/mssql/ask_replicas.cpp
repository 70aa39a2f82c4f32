#include "dba/mssql/ask_replicas.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "dba/sql/diagnostics.hpp"

#include "queries.hpp"

namespace dba::mssql {

namespace {

/// Rounds of questions to those that say they lead; roles move in a second or two.
constexpr int kConfirmations = 3;

/// Every result set of a batch.
class AllSets : public sql::ResultReader {
 public:
  void columns(const std::vector<sql::Column>& columns) override { sets.push_back({.columns = columns}); }
  void row(const sql::Row& row) override { sets.back().rows.push_back(row); }
  void done(std::optional<long long> /*affected*/) override {}
  void message(const sql::Diagnostic& /*message*/) override {}
  std::vector<sql::ResultSet> sets{};
};

InstanceView ask_instance(sql::Session& session, platform::SteadyTime deadline) {
  AllSets reader;
  session.run(queries::batch_of("replicas", {queries::kCareful, queries::instance, queries::roles, queries::replicas,
                                             queries::databases, queries::local_databases}),
              reader, deadline);
  return read_instance(reader.sets);
}

const std::string& server_of(const SqlRole& answer) { return answer.server_name; }
const std::string& server_of(const InstanceView& answer) { return answer.role.server_name; }

AskFailure wrong_server(const std::string& pod, const std::string& server) {
  return {.reason = "wrong-server",
          .message = fmt::format("what answers in pod \"{}\" calls itself \"{}\"", pod, server)};
}

bool is_primary(const RoleAnswer& answer) { return answer.answer && answer.answer->role == kSqlPrimary; }

}  // namespace

SqlRole ask_role(sql::Session& session, platform::SteadyTime deadline) {
  AllSets reader;
  session.run(queries::batch_of("roles", {queries::instance, queries::roles}), reader, deadline);
  if (reader.sets.size() != 2)
    throw sql::SqlError(sql::Phase::execute, sql::Failure::statement, "SQL Server did not tell its role");
  return read_sql_role(reader.sets[0], reader.sets[1]);
}

std::string AskFailure::whole() const { return cause.empty() ? message : message + ": " + cause; }

std::string AskFailure::brief() const { return number == 0 ? message : whole(); }

AskFailure failure_of(const Error& error) {
  AskFailure failure{.code = error.code(), .reason = error.info().reason, .message = error.info().message};
  failure.cause = error.info().cause;
  if (const auto* by_sql = dynamic_cast<const sql::SqlError*>(&error)) {
    failure.reason = sql::failure_name(by_sql->failure());
    if (const sql::Diagnostic* record = by_sql->decisive()) {
      failure.sqlstate = record->sqlstate;
      failure.number = record->number;
    }
  } else if (error.code() != ExitCode::denied) {
    failure.code = ExitCode::sql_unreachable;
    if (failure.reason.empty()) failure.reason = "tunnel";
  }
  // That a server is late is not that our own time is over.
  if (failure.code == ExitCode::timed_out) failure.code = ExitCode::sql_unreachable;
  return failure;
}

ReplicaAsker::ReplicaAsker(PodSql& sql, platform::Clock& clock, std::stop_token stop)
    : sql_(sql), clock_(clock), stop_(std::move(stop)) {}

sql::Session& ReplicaAsker::session_with(const SqlPod& pod, platform::SteadyTime deadline) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = sessions_.find(pod.uid);
    if (found != sessions_.end() && found->second->usable()) return *found->second;
  }
  auto session = sql_.connect(pod, {}, deadline);
  const std::scoped_lock lock(mutex_);
  return *(sessions_[pod.uid] = std::move(session));
}

void ReplicaAsker::forget_others(const std::vector<SqlPod>& pods) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(sessions_, [&pods](const auto& kept) {
    return std::none_of(pods.begin(), pods.end(), [&kept](const SqlPod& pod) { return pod.uid == kept.first; });
  });
}

template <typename Answer>
PodAnswer<Answer> ReplicaAsker::ask_one(const SqlPod& pod, platform::SteadyTime deadline,
                                        Answer (*ask)(sql::Session& session, platform::SteadyTime deadline)) {
  PodAnswer<Answer> result{.pod = pod.pod, .uid = pod.uid};
  const auto start = clock_.steady_now();
  try {
    sql::Session& session = session_with(pod, deadline);
    result.trust = session.trust();
    result.answer = ask(session, deadline);
    if (const std::string server = server_of(*result.answer); server != pod.pod) {
      result.answer.reset();
      result.failure = wrong_server(pod.pod, server);
    }
  } catch (const Error& error) {
    result.failure = failure_of(error);
  } catch (const std::exception& error) {
    result.failure = AskFailure{.reason = "internal", .message = error.what()};
  }
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - start);
  return result;
}

template <typename Answer>
std::vector<PodAnswer<Answer>> ReplicaAsker::ask_all(const std::vector<SqlPod>& pods, platform::SteadyTime deadline,
                                                     Answer (*ask)(sql::Session& session,
                                                                   platform::SteadyTime deadline)) {
  std::vector<PodAnswer<Answer>> answers(pods.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < pods.size(); ++i) {
      threads.emplace_back([&, i] { answers[i] = ask_one(pods[i], deadline, ask); });
    }
  }
  if (stop_.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
  return answers;
}

std::vector<InstanceAnswer> ReplicaAsker::ask_instances(const std::vector<SqlPod>& pods,
                                                        platform::SteadyTime deadline) {
  forget_others(pods);
  return ask_all(pods, deadline, ask_instance);
}

RoleAnswers ReplicaAsker::ask_roles(const std::vector<SqlPod>& pods, platform::SteadyTime deadline) {
  forget_others(pods);
  RoleAnswers result{.pods = ask_all(pods, deadline, ask_role)};
  for (int round = 0; round < kConfirmations && !result.two_primaries_proven; ++round) {
    std::vector<SqlPod> primaries;
    for (const RoleAnswer& answer : result.pods) {
      if (is_primary(answer)) primaries.push_back({answer.pod, answer.uid});
    }
    if (primaries.size() < 2) break;
    // All of these questions are asked after all of those answers.
    int unchanged = 0;
    for (RoleAnswer& again : ask_all(primaries, deadline, ask_role)) {
      const auto before = std::find_if(result.pods.begin(), result.pods.end(),
                                       [&again](const RoleAnswer& answer) { return answer.uid == again.uid; });
      if (is_primary(again) && again.answer->sequence_number == before->answer->sequence_number) ++unchanged;
      *before = std::move(again);
    }
    result.two_primaries_proven = unchanged >= 2;
  }
  return result;
}

}  // namespace dba::mssql
