#include "commands/running_group.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/base/timestamp.hpp"

#include "commands/preload.hpp"
#include "operator/database.hpp"
#include "operator/objects/petsets.hpp"
#include "operator/objects/pods.hpp"

namespace dba::sandbox::commands {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

Json catalog_version(std::string_view name) {
  static const std::vector<Json> catalog = catalog_objects();
  for (const Json& version : catalog) {
    if (codec::name_of(version) == name) return version;
  }
  return Json::object();
}

Json now_true(std::string_view type, const std::string& time) {
  return Json::object({{"type", type}, {"status", "True"}, {"lastTransitionTime", time}});
}

Json container_status(const Json& container, const std::string& id, const std::string& time) {
  Json status = Json::object();
  status["name"] = container["name"];
  status["state"]["running"]["startedAt"] = time;
  status["ready"] = true;
  status["restartCount"] = 0;
  status["image"] = container.value("image", "");
  status["imageID"] = container.value("image", "");
  status["containerID"] = "containerd://" + id;
  status["started"] = true;
  return status;
}

void make_running(Json& pod, world::Random& random, int address, const std::string& time) {
  const std::string ip = fmt::format("10.{}.{}.{}", 64 + address / 62'500, address / 250 % 250, 2 + address % 250);
  Json& status = pod["status"] = Json::object();
  status["phase"] = "Running";
  status["conditions"] = Json::array();
  for (const char* type : {"PodScheduled", "Initialized", "ContainersReady", "Ready"}) {
    status["conditions"].push_back(now_true(type, time));
  }
  status["hostIP"] = "127.0.0.1";
  status["podIP"] = ip;
  status["podIPs"] = Json::array({Json::object({{"ip", ip}})});
  status["startTime"] = time;
  status["containerStatuses"] = Json::array();
  for (const Json& container : pod["spec"]["containers"]) {
    status["containerStatuses"].push_back(container_status(container, random.text(64, kHex), time));
  }
}

/// Who last wrote the role label, and when: what `roles` calls "since".
Json label_owner(const std::string& time) {
  Json fields = Json::object();
  fields["f:metadata"]["f:labels"]["f:" + std::string(kubedb::kRoleLabel)] = Json::object();
  return Json::object({{"manager", "mssql-coordinator"},
                       {"operation", "Update"},
                       {"apiVersion", "v1"},
                       {"time", time},
                       {"fieldsType", "FieldsV1"},
                       {"fieldsV1", std::move(fields)}});
}

Json settled_status(const Json& petset, int replicas) {
  const std::string revision = kubedb::revision_of(petset);
  return Json::object({{"availableReplicas", replicas},
                       {"currentReplicas", replicas},
                       {"currentRevision", revision},
                       {"observedGeneration", 1},
                       {"readyReplicas", replicas},
                       {"replicas", replicas},
                       {"updateRevision", revision},
                       {"updatedReplicas", replicas}});
}

Json event(const Json& pod, std::string_view reason, std::string_view message, std::string_view component,
           std::string_view field, const std::string& time) {
  Json event = Json::object({{"apiVersion", "v1"}, {"kind", "Event"}});
  event["metadata"] = Json::object(
      {{"name", fmt::format("{}.{}", codec::name_of(pod), to_lower(reason))}, {"namespace", codec::namespace_of(pod)}});
  event["involvedObject"] = Json::object({{"apiVersion", "v1"},
                                          {"kind", "Pod"},
                                          {"name", codec::name_of(pod)},
                                          {"namespace", codec::namespace_of(pod)},
                                          {"uid", codec::uid_of(pod)}});
  if (!field.empty()) event["involvedObject"]["fieldPath"] = field;
  event["reason"] = reason;
  event["message"] = message;
  event["type"] = "Normal";
  event["source"]["component"] = component;
  event["reportingComponent"] = component;
  event["reportingInstance"] = "";
  event["count"] = 1;
  event["firstTimestamp"] = time;
  event["lastTimestamp"] = time;
  return event;
}

/// @source kubedb.md 6.1: what a coordinator logs
std::vector<std::string> coordinator_lines(const Json& pod, const std::string& leader, std::size_t ordinal) {
  const std::string name = codec::name_of(pod), role = codec::label_of(pod, kubedb::kRoleLabel);
  std::vector<std::string> lines{"mssql is not ready yet", "mssql is ready now",
                                 fmt::format("raft.node: {} elected leader 1 at term 1", ordinal + 1),
                                 "lastLeaderId : 0, currentLeaderId : 1",
                                 fmt::format("new elected primary is :{}.", leader)};
  if (ordinal == 0) {
    lines.emplace_back("New primary is ready to accept connections...");
  } else {
    lines.emplace_back("This pod is now a secondary according to raft");
    lines.emplace_back("No Availability Group found");
    lines.emplace_back("Joining  Availability Group...");
  }
  lines.push_back(fmt::format("Successfully patched label of {}/{} to {}", codec::namespace_of(pod), name, role));
  return lines;
}

}  // namespace

std::string make_uid(world::Random& random) {
  return fmt::format("{}-{}-4{}-a{}-{}", random.text(8, kHex), random.text(4, kHex), random.text(3, kHex),
                     random.text(3, kHex), random.text(12, kHex));
}

RunningGroup running_group(world::World& world, const Json& database, int number) {
  world::Random random(world.seed, fmt::format("loaded {}", kubedb::qualified_name(database)));
  const std::string time = format_rfc3339(world.clock.wall_now());
  const int replicas = static_cast<int>(kubedb::replicas_of(database));
  RunningGroup group;
  group.petsets = kubedb::build_petsets(database, catalog_version(codec::string_at(database, {"spec", "version"})));
  Json& petset = group.petsets.front();
  petset["metadata"]["uid"] = make_uid(random);
  petset["status"] = settled_status(petset, replicas);
  for (int ordinal = 0; ordinal < replicas; ++ordinal) {
    Json pod = kubedb::build_pod(petset, ordinal, fmt::format("node-{}", ordinal % 3));
    pod["metadata"]["uid"] = make_uid(random);
    pod["metadata"]["labels"][std::string(kubedb::kRoleLabel)] = ordinal == 0 ? "primary" : "secondary";
    pod["metadata"]["managedFields"] = Json::array({label_owner(time)});
    make_running(pod, random, number * replicas + ordinal, time);
    group.pods.push_back(std::move(pod));
    for (Json& claim : kubedb::build_claims(petset, ordinal)) group.claims.push_back(std::move(claim));
  }
  return group;
}

std::vector<Json> tell_beginnings(RunningGroup& group, WallTime now) {
  const std::string time = format_rfc3339(now);
  const std::string leader = codec::name_of(group.pods.front());
  std::vector<Json> events;
  for (std::size_t ordinal = 0; ordinal < group.pods.size(); ++ordinal) {
    Json& pod = group.pods[ordinal];
    std::string log;
    for (const std::string& line : coordinator_lines(pod, leader, ordinal)) {
      log += fmt::format("{}mssql-coordinator {} {}", log.empty() ? "" : "\n", format_rfc3339_micro(now), line);
    }
    pod["metadata"]["annotations"]["sandbox/log"] = log;
    events.push_back(event(pod, "Scheduled",
                           fmt::format("Successfully assigned {}/{} to {}", codec::namespace_of(pod),
                                       codec::name_of(pod), codec::string_at(pod, {"spec", "nodeName"})),
                           "default-scheduler", "", time));
    events.push_back(event(pod, "Started", "Started container mssql", "kubelet", "spec.containers{mssql}", time));
  }
  return events;
}

}  // namespace dba::sandbox::commands
