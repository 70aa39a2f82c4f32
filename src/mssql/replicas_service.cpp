#include "dba/mssql/replicas_service.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "dba/mssql/names.hpp"

#include "role_objects.hpp"
#include "topology.hpp"

namespace dba::mssql {

struct ReplicaReader::Impl {
  kube::Client& client;
  std::string ns, name;
  SqlQuestion question;
  std::unique_ptr<PodSql> sql{};
  std::unique_ptr<ReplicaAsker> asker{};
};

namespace {

/// Asks all that say they lead once more, as `roles` does.
bool prove_two_primaries(ReplicaReader::Impl& self, const std::vector<InstanceAnswer>& answers,
                         platform::SteadyTime deadline) {
  std::vector<SqlPod> primaries;
  for (const InstanceAnswer& answer : answers) {
    if (answer.answer && answer.answer->role.role == kSqlPrimary) primaries.push_back({answer.pod, answer.uid});
  }
  return self.asker->ask_roles(primaries, deadline).two_primaries_proven;
}

}  // namespace

ReplicaReader::ReplicaReader(kube::Client& client, std::string_view ns, std::string_view name, SqlQuestion sql)
    : impl_(new Impl{client, std::string(ns), std::string(name), std::move(sql)}) {}

ReplicaReader::~ReplicaReader() = default;

ReplicaReport ReplicaReader::read() {
  Impl& self = *impl_;
  const RoleObjects objects = read_role_objects(self.client, self.ns, self.name);
  const RoleReport roles = build_role_report(objects.sources());
  if (!self.asker) {
    self.sql = self.question.open(*objects.database);
    self.asker = std::make_unique<ReplicaAsker>(*self.sql, self.client.clock(), self.client.stop());
  }
  const auto deadline = self.question.deadline(self.client.clock().steady_now());
  const std::vector<InstanceAnswer> answers = self.asker->ask_instances(sql_pods(roles), deadline);
  const bool standalone = topology_of(*objects.database) == Topology::standalone;
  ReplicaReport report = build_replica_report(roles, answers, standalone);
  if (report.primaries.size() > 1) report.two_primaries_proven = prove_two_primaries(self, answers, deadline);
  return report;
}

ExitCode code_of_silence(const ReplicaReport& report) {
  ExitCode code = ExitCode::sql_unreachable;
  bool denied = true;
  for (const ReplicaState& replica : report.replicas) {
    if (replica.reachable) return ExitCode::ok;
    if (replica.kubernetes.label_role == kRoleArbiter) continue;
    denied = denied && replica.failure && replica.failure->code == ExitCode::denied;
  }
  if (denied && !report.replicas.empty()) code = ExitCode::denied;
  return code;
}

}  // namespace dba::mssql
