#include "dba/mssql/query_target.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/ask_replicas.hpp"

#include "role_objects.hpp"
#include "topology.hpp"

namespace dba::mssql {

struct QueryTargets::Impl {
  kube::Client& client;
  RoleObjects objects;
  RoleReport roles;
  TargetWish wish;
  std::unique_ptr<PodSql> sql{};
  std::vector<SqlPod> pods{};

  bool standalone() const { return topology_of(*objects.database) == Topology::standalone; }
  std::string_view sql_role() const {
    if (standalone()) return kSqlStandalone;
    return wish.role == WantedRole::primary ? kSqlPrimary : kSqlSecondary;
  }
  std::optional<SqlPod> named_by_kubernetes() const;
  Connection connect(const SqlPod& pod, const SessionWish& session, platform::SteadyTime deadline);
  std::optional<Connection> try_connect(const SqlPod& pod, const SessionWish& session, platform::SteadyTime deadline,
                                        std::optional<sql::SqlError>& failure);
  std::optional<SqlPod> with_role(const RoleReport& report) const;
  SqlPod find_by_role(const std::optional<SqlPod>& silent, platform::SteadyTime deadline);
};

namespace {

/// How long servers are waited for at first. One that hangs is not to use up what its successor needs; one that is only
/// slow is asked again, with twice the patience.
constexpr auto kFirstPatience = std::chrono::seconds(5);

/// When a first step ends that leaves at least as long for the one after it.
platform::SteadyTime first_half(platform::SteadyTime now, platform::SteadyTime deadline,
                                platform::SteadyTime::duration patience) {
  return now + std::min((deadline - now) / 2, patience);
}

std::vector<SqlPod> pod_named(const RoleReport& roles, const std::string& name) {
  std::vector<SqlPod> pods = sql_pods(roles);
  std::vector<std::string> names;
  for (const SqlPod& pod : pods) names.push_back(pod.pod);
  std::erase_if(pods, [&name](const SqlPod& pod) { return pod.pod != name; });
  if (!pods.empty()) return pods;
  throw Error({.code = ExitCode::denied,
               .message = fmt::format("--replica: database \"{}\" has no replica \"{}\"", roles.name, name),
               .details = {names.empty() ? "there are no pods" : fmt::format("there is {}", english_list(names))},
               .reason = "NotFound"});
}

}  // namespace

QueryTargets::QueryTargets(kube::Client& client, std::string_view ns, std::string_view name, const TargetWish& wish,
                           const OpenSql& open)
    : impl_(new Impl{.client = client, .objects = read_role_objects(client, ns, name), .roles = {}, .wish = wish}) {
  impl_->roles = build_role_report(impl_->objects.sources());
  if (wish.all) impl_->pods = sql_pods(impl_->roles);
  if (!wish.replica.empty()) impl_->pods = pod_named(impl_->roles, wish.replica);
  if (wish.all && impl_->pods.empty())
    throw Error(ExitCode::unhealthy, fmt::format("database \"{}\" has no pods that could be asked", name));
  if (impl_->pods.empty() && wish.role == WantedRole::secondary && impl_->standalone())
    throw Error(ExitCode::refused, fmt::format("database \"{}\" is standalone: it has no secondary", name));
  impl_->sql = open(*impl_->objects.database);
}

QueryTargets::~QueryTargets() = default;

const std::vector<SqlPod>& QueryTargets::pods() const { return impl_->pods; }

QueryTargets::Connection QueryTargets::connect(const SqlPod& pod, const SessionWish& wish,
                                               platform::SteadyTime deadline) {
  return impl_->connect(pod, wish, deadline);
}

/// A guess that costs nothing: the label.
std::optional<SqlPod> QueryTargets::Impl::named_by_kubernetes() const {
  std::vector<std::string> names =
      wish.role == WantedRole::secondary ? secondary_pods(roles) : std::vector<std::string>{roles.primary};
  for (const SqlPod& pod : sql_pods(roles)) {
    const auto row = std::find_if(roles.replicas.begin(), roles.replicas.end(),
                                  [&pod](const ReplicaRole& candidate) { return candidate.uid == pod.uid; });
    if (row->ready && std::find(names.begin(), names.end(), pod.pod) != names.end()) return pod;
  }
  return std::nullopt;
}

/// Absent when the pod has another role, or gives no answer, which is kept as the failure.
std::optional<QueryTargets::Connection> QueryTargets::Impl::try_connect(const SqlPod& pod, const SessionWish& session,
                                                                        platform::SteadyTime deadline,
                                                                        std::optional<sql::SqlError>& failure) {
  try {
    Connection connection = connect(pod, session, deadline);
    const SqlRole role = ask_role(*connection.session, deadline);
    if (role.server_name == pod.pod && role.role == sql_role()) return connection;
  } catch (const sql::SqlError& error) {
    if (is_interrupt(error)) throw;
    failure = error;
  }
  return std::nullopt;
}

/// A tunnel that is not there in time is a server that is not: the cluster's API is where it was a moment ago.
QueryTargets::Connection QueryTargets::Impl::connect(const SqlPod& pod, const SessionWish& session,
                                                     platform::SteadyTime deadline) {
  try {
    std::unique_ptr<sql::Session> opened = sql->connect(pod, session, deadline);
    return {.pod = pod.pod, .session = std::move(opened), .by_sqlcmd = sql->by_sqlcmd()};
  } catch (const sql::SqlError&) {
    throw;
  } catch (const Error& error) {
    if (is_interrupt(error) || error.code() == ExitCode::denied) throw;
    throw sql::SqlError(sql::Phase::connect, sql::Failure::unreachable,
                        fmt::format("pod \"{}\" cannot be reached", pod.pod), {{.message = failure_of(error).whole()}});
  }
}

/// The only primary, or the first secondary.
std::optional<SqlPod> QueryTargets::Impl::with_role(const RoleReport& report) const {
  const bool primary = wish.role == WantedRole::primary;
  const std::vector<std::string> names = primary ? primary_pods(report) : secondary_pods(report);
  if (names.empty() || (primary && names.size() > 1)) return std::nullopt;
  for (const SqlPod& pod : sql_pods(report)) {
    if (pod.pod == names.front()) return pod;
  }
  return std::nullopt;
}

/// Asks everybody, and again with more patience while some are late and there is time left to talk to who is found.
/// @param silent gave no answer just now: the others are asked first, without waiting for it
/// @throws Error when nobody, or more than one primary, has the role
SqlPod QueryTargets::Impl::find_by_role(const std::optional<SqlPod>& silent, platform::SteadyTime deadline) {
  ReplicaAsker asker(*sql, client.clock(), client.stop());
  const std::vector<SqlPod> everybody = sql_pods(roles);
  std::vector<SqlPod> asked = everybody;
  if (silent) std::erase_if(asked, [&silent](const SqlPod& pod) { return pod.uid == silent->uid; });
  for (platform::SteadyTime::duration patience = kFirstPatience;; patience *= 2) {
    const auto now = client.clock().steady_now();
    const auto until = first_half(now, deadline, patience);
    const RoleAnswers answers = asker.ask_roles(asked, until);
    RoleSources sources = objects.sources();
    sources.sql = &answers;
    const RoleReport report = build_role_report(sources);
    if (const auto found = with_role(report)) return *found;
    const bool all_asked = asked.size() == everybody.size();
    const bool someone_is_late = client.clock().steady_now() >= until;
    asked = everybody;
    if (all_asked && (!someone_is_late || until - now < patience)) {
      throw Error({.code = report.two_primaries_proven ? ExitCode::write_lost : ExitCode::unhealthy,
                   .message = wish.role == WantedRole::primary ? role_summary(report)
                                                               : "no live pod that answered is SECONDARY in SQL Server",
                   .details = report.errors});
    }
  }
}

QueryTargets::Connection QueryTargets::connect_by_role(const SessionWish& wish, platform::SteadyTime deadline) {
  std::optional<sql::SqlError> failure;
  const std::optional<SqlPod> guess = impl_->named_by_kubernetes();
  if (guess) {
    const auto now = impl_->client.clock().steady_now();
    const auto until = impl_->standalone() ? deadline : first_half(now, deadline, kFirstPatience);
    if (auto connection = impl_->try_connect(*guess, wish, until, failure)) return *std::move(connection);
    if (impl_->standalone() && failure) throw *std::move(failure);
  }
  const bool is_silent = failure && failure->failure() == sql::Failure::timed_out;
  return connect(impl_->find_by_role(is_silent ? guess : std::nullopt, deadline), wish, deadline);
}

}  // namespace dba::mssql
