// Topology, replicas, databases, leader election and distributed groups.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"

#include "rule_set.hpp"

namespace dba::mssql {

namespace {

constexpr std::size_t kMaximumDatabaseName = 128;  // @source SQL Server: sysname is nvarchar(128)

/// The first characters of a text: whole ones, so that what is shown stays UTF-8.
std::string beginning_of(const std::string& text, std::size_t characters) {
  const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_one(text[at]) && characters-- == 0) break;
  }
  return text.substr(0, at);
}

/// What is wrong with a database's name; empty when it is fine.
std::string database_name_problem(const std::string& name) {
  static constexpr std::array<std::string_view, 6> kReserved{
      "master", "model", "msdb", "tempdb", "mssqlsystemresource", "kubedb_system"};
  if (trim(name).empty()) return "an empty name";
  if (display_width(name) > kMaximumDatabaseName) {
    return fmt::format("\"{}…\" has {} characters, at most {} are allowed", neutralise_controls(beginning_of(name, 20)),
                       display_width(name), kMaximumDatabaseName);
  }
  if (const std::string shown = neutralise_controls(name); shown != name) {
    return fmt::format("\"{}\" has a control character", shown);
  }
  if (name.find(']') != std::string::npos)
    return fmt::format("\"{}\" has a \"]\", which cannot be quoted safely", name);
  if (std::find(kReserved.begin(), kReserved.end(), to_lower(name)) != kReserved.end()) {
    return fmt::format("\"{}\" is the name of a system database", name);
  }
  return {};
}

void check_replicas_of_group(const Subject& subject, std::optional<std::int64_t> replicas) {
  if (!replicas || *replicas < 1) {
    return subject.error("spec.replicas", "is required in a group and must be 1 to 9");
  }
  if (*replicas > kMaximumReplicas) {
    return subject.error("spec.replicas", fmt::format("is {}, an availability group has at most {} replicas", *replicas,
                                                      kMaximumReplicas));
  }
  if (*replicas > kMaximumSynchronousReplicas) {
    subject.warn("spec.replicas", fmt::format("is {}, SQL Server commits synchronously on at most {} replicas, and "
                                              "KubeDB makes every replica a synchronous one",
                                              *replicas, kMaximumSynchronousReplicas));
  }
  if (*replicas == 1) {
    subject.warn("spec.replicas", "is 1, a group of one replica has nobody to fail over to");
  } else if (subject.topology == Topology::distributed && *replicas == 2) {
    subject.warn(
        "spec.replicas",
        "is 2 in a distributed group, which gets no arbiter: when one replica is gone the other cannot be elected");
  } else if (subject.topology == Topology::distributed && *replicas % 2 == 0) {
    subject.warn("spec.replicas",
                 fmt::format("is {} in a distributed group, which gets no arbiter: it survives no more "
                             "losses than {} replicas do",
                             *replicas, *replicas - 1));
  }
}

void check_url(const Subject& subject, std::string_view path, const std::string& url) {
  if (url.empty()) return subject.error(path, "is required in a distributed group");
  if (url.find_first_of(" \t\n") != std::string::npos || url.find("//") != std::string::npos) {
    return subject.error(path, fmt::format("\"{}\" is not HOST or HOST:PORT", url));
  }
  const std::size_t colon = url.rfind(':');
  const bool has_port = colon != std::string::npos && url.find(':') == colon;
  if (has_port && url.substr(colon + 1) != std::to_string(kMirrorPort)) {
    subject.warn(path, fmt::format("\"{}\" names another port than {}, on which the groups talk to each other", url,
                                   kMirrorPort));
  }
}

}  // namespace

std::vector<std::string> databases_of(const Json& database) {
  const Json* list = list_at(database, {"spec", "topology", "availabilityGroup", "databases"});
  std::vector<std::string> names;
  if (list == nullptr) return names;
  for (const Json& name : *list) {
    if (name.is_string()) names.push_back(name.get<std::string>());
  }
  return names;
}

void check_topology(const Subject& subject) {
  const std::optional<std::int64_t> replicas = codec::int_at(subject.database, {"spec", "replicas"});
  const bool has_block = codec::find_at(subject.database, {"spec", "topology"}) != nullptr;
  if (!has_block && replicas.value_or(1) != 1) {
    return subject.error("spec.replicas",
                         fmt::format("is {}, a standalone instance has exactly 1; more need --topology "
                                     "availability-group",
                                     *replicas));
  }
  if (!has_block) return;
  if (codec::find_at(subject.database, {"spec", "topology", "mode"}) == nullptr) {
    subject.error("spec.topology.mode", "is required when there is a topology");
  }
  check_replicas_of_group(subject, replicas);
}

void check_databases(const Subject& subject) {
  const std::vector<std::string> names = databases_of(subject.database);
  std::map<std::string, std::string> seen;
  for (const std::string& name : names) {
    if (const std::string problem = database_name_problem(name); !problem.empty())
      subject.error(kGroupDatabases, problem);
    const auto [other, is_new] = seen.emplace(to_lower(name), name);
    if (is_new) continue;
    subject.error(kGroupDatabases, other->second == name
                                       ? fmt::format("\"{}\" is given twice", name)
                                       : fmt::format("\"{}\" and \"{}\" differ only in case", other->second, name));
  }
  if (subject.topology == Topology::availability_group && names.empty()) {
    subject.warn(kGroupDatabases, "is empty, nothing is protected until databases are added to the group");
  }
}

void check_leader_election(const Subject& subject) {
  const Json* block = codec::find_at(subject.database, {"spec", "topology", "availabilityGroup", "leaderElection"});
  if (block == nullptr || !block->is_object()) return;
  const std::string path = "spec.topology.availabilityGroup.leaderElection";
  const std::int64_t election = codec::int_at(*block, {"electionTick"}).value_or(10);
  const std::int64_t heartbeat = codec::int_at(*block, {"heartbeatTick"}).value_or(1);
  if (heartbeat < 1) subject.error(path + ".heartbeatTick", fmt::format("is {}, must be 1 or more", heartbeat));
  if (election <= heartbeat) {
    subject.error(path + ".electionTick",
                  fmt::format("is {}, must be more than heartbeatTick, which is {}", election, heartbeat));
  }
  for (const char* field : {"period", "transferLeadershipInterval", "transferLeadershipTimeout"}) {
    const std::string text = codec::string_at(*block, {field});
    const std::optional<std::chrono::nanoseconds> duration = try_parse_duration(text);
    if (!block->contains(field) || (duration && duration->count() > 0)) continue;
    subject.error(fmt::format("{}.{}", path, field), fmt::format("\"{}\" is no duration such as 300ms or 1m", text));
  }
  if (!block->contains("period")) {
    subject.warn(path + ".period",
                 "is absent from a leaderElection block, the server then takes 100ms instead of 300ms");
  }
}

void check_distributed(const Subject& subject) {
  const Json* block = codec::find_at(subject.database, {"spec", "topology", "distributedAG"});
  const std::string path = "spec.topology.distributedAG";
  if (subject.topology != Topology::distributed) {
    if (block != nullptr)
      subject.error(path, "has no effect unless the mode is DistributedAG (--topology distributed-ag)");
    return;
  }
  if (block == nullptr) {
    return subject.findings.error(path, "--dag-role, --dag-url, --dag-remote-name, --dag-remote-url",
                                  "is required when the mode is DistributedAG, the server would not say so");
  }
  const std::string self_url = codec::string_at(*block, {"self", "url"}),
                    remote_url = codec::string_at(*block, {"remote", "url"});
  check_url(subject, path + ".self.url", self_url);
  check_url(subject, path + ".remote.url", remote_url);
  if (!self_url.empty() && self_url == remote_url) subject.error(path + ".remote.url", "is the same as self.url");

  const std::string remote = codec::string_at(*block, {"remote", "name"});
  if (remote.empty()) {
    subject.error(path + ".remote.name", "is required in a distributed group");
  } else if (availability_group_name(remote) != remote) {
    subject.warn(path + ".remote.name",
                 fmt::format("\"{}\" is no group KubeDB makes: the group of a database named so is called \"{}\"",
                             remote, availability_group_name(remote)));
  } else if (remote == availability_group_name(codec::name_of(subject.database))) {
    subject.error(path + ".remote.name", fmt::format("\"{}\" is this database's own group", remote));
  }

  const std::string role = codec::string_at(*block, {"self", "role"});
  const bool has_databases = !databases_of(subject.database).empty();
  if (role.empty()) subject.error(path + ".self.role", "is required in a distributed group");
  if (role == "Primary" && !has_databases) {
    subject.error(kGroupDatabases, "is empty, the primary of a distributed group needs at least one database");
  }
  if (role != "Secondary") return;
  if (has_databases) {
    subject.error(kGroupDatabases,
                  "must be empty for the secondary of a distributed group, it gets them from the primary");
  }
  for (const char* field : {"loginSecretName", "masterKeySecretName", "endpointCertSecretName"}) {
    if (!codec::string_at(subject.database, {"spec", "topology", "availabilityGroup", field}).empty()) continue;
    subject.error(fmt::format("spec.topology.availabilityGroup.{}", field),
                  "is required for the secondary of a distributed group, which shares the primary's secret");
  }
}

}  // namespace dba::mssql
