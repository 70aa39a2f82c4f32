// The parts of an MSSQLServer that describe the object as a whole: metadata, topology, storage, --set.

#include "dba/mssql/database_spec.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/codec/paths.hpp"
#include "dba/mssql/names.hpp"

#include "database_builder.hpp"
#include "flag_values.hpp"
#include "json_edit.hpp"
#include "quantities.hpp"
#include "topology.hpp"

namespace dba::mssql {

namespace {

constexpr int kGroupReplicas = 3;
constexpr std::string_view kFinalizer = "kubedb.com";  ///< @source KubeDB apimachinery: what the operator puts on.

/// What the webhook takes for a leaderElection block that is absent; the CRD's own defaults differ.
/// @source KubeDB apimachinery SetDefaults of MSSQLServer
struct LeaderElectionDefaults {
  static constexpr const char* kPeriod = "300ms";
  static constexpr int kElectionTick = 10;
  static constexpr int kHeartbeatTick = 1;
  static constexpr const char* kTransferInterval = "1s";
  static constexpr const char* kTransferTimeout = "60s";
};

void require_duration(std::string_view flag, const std::optional<std::string>& text) {
  if (!text) return;
  const std::optional<std::chrono::nanoseconds> duration = try_parse_duration(*text);
  if (duration && duration->count() > 0) return;
  throw usage_error(fmt::format("{}: \"{}\" is no duration such as 300ms or 1m", flag, *text));
}

template <typename Value>
void put_or_default(Json& block, const char* field, const std::optional<Value>& value, Value fallback) {
  if (value) {
    block[field] = *value;
  } else if (!block.contains(field)) {
    block[field] = fallback;
  }
}

}  // namespace

Json build_database(const DatabaseOptions& options, const Json* base, Notices& notices, Findings& problems) {
  return DatabaseBuilder(options, base, notices, problems).build();
}

bool has_version(const Json& database) { return !codec::string_at(database, {"spec", "version"}).empty(); }

DatabaseBuilder::DatabaseBuilder(const DatabaseOptions& options, const Json* base, Notices& notices, Findings& problems)
    : options_(options),
      base_(base),
      notices_(notices),
      problems_(problems),
      object_(std::make_unique<Json>(Json::object())) {}

DatabaseBuilder::~DatabaseBuilder() = default;

void DatabaseBuilder::part(const std::function<void()>& write) {
  // What is wrong with a flag's value begins with the flag: "--storage: …".
  const auto add_once = [this](const std::string& line) {
    const std::size_t colon = line.starts_with("--") ? line.find(": ") : std::string::npos;
    const bool has_flag = colon != std::string::npos;
    refuse(has_flag ? line.substr(0, colon) : "", has_flag ? line.substr(colon + 2) : line);
  };
  try {
    write();
  } catch (const Error& error) {
    if (error.info().details.empty()) add_once(error.what());
    for (const std::string& line : error.info().details) add_once(line);
  }
}

Json DatabaseBuilder::build() {
  static constexpr std::array kParts{&DatabaseBuilder::start,
                                     &DatabaseBuilder::metadata,
                                     &DatabaseBuilder::topology,
                                     &DatabaseBuilder::availability_group,
                                     &DatabaseBuilder::leader_election,
                                     &DatabaseBuilder::distributed_group,
                                     &DatabaseBuilder::tls,
                                     &DatabaseBuilder::container,
                                     &DatabaseBuilder::environment,
                                     &DatabaseBuilder::storage,
                                     &DatabaseBuilder::configuration,
                                     &DatabaseBuilder::init,
                                     &DatabaseBuilder::monitor,
                                     &DatabaseBuilder::services,
                                     &DatabaseBuilder::assignments};
  for (const auto write : kParts) {
    part([this, write] { (this->*write)(); });
  }
  return in_written_order(*object_);
}

void DatabaseBuilder::refuse(std::string_view flag, std::string_view message) {
  const std::vector<Finding>& known = problems_.all();
  const bool told = std::any_of(known.begin(), known.end(), [&](const Finding& finding) {
    return finding.flag == flag && finding.message == message;
  });
  if (!told) problems_.error("", flag, message);
}

Json& DatabaseBuilder::spec(codec::Path path) { return object_at(object_at(*object_, {"spec"}), path); }

void DatabaseBuilder::put(codec::Path path, const char* field, const std::optional<std::string>& value) {
  if (value) spec(path)[field] = *value;
}

void DatabaseBuilder::start() {
  (*object_)["apiVersion"] = kApiVersion;
  (*object_)["kind"] = kKind;
  object_at(*object_, {"spec"});
  if (base_ == nullptr) return;
  const std::string api_version = codec::string_at(*base_, {"apiVersion"}), kind = codec::string_at(*base_, {"kind"});
  if (api_version != kApiVersion || kind != kKind) {
    refuse("-f", fmt::format("the file holds {} of {}, not {} of {}", kind.empty() ? "no kind" : kind,
                             api_version.empty() ? "no apiVersion" : api_version, kKind, kApiVersion));
    return;
  }
  *object_ = *base_;
  drop_server_fields();
}

/// What only the server writes is not part of what the user wants.
void DatabaseBuilder::drop_server_fields() {
  object_->erase("status");
  const auto metadata = object_->find("metadata");
  if (metadata == object_->end() || !metadata->is_object()) return;
  for (const char* field : {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
                            "deletionGracePeriodSeconds", "managedFields", "selfLink"}) {
    metadata->erase(field);
  }
  const auto finalizers = metadata->find("finalizers");
  if (finalizers != metadata->end() && finalizers->is_array()) {
    finalizers->erase(std::remove(finalizers->begin(), finalizers->end(), Json(kFinalizer)), finalizers->end());
    if (finalizers->empty()) metadata->erase("finalizers");
  }
  const auto annotations = metadata->find("annotations");
  if (annotations == metadata->end() || !annotations->is_object()) return;
  annotations->erase("kubectl.kubernetes.io/last-applied-configuration");
  if (annotations->empty()) metadata->erase("annotations");
}

void DatabaseBuilder::metadata() {
  Json& metadata = object_at(*object_, {"metadata"});
  const auto identify = [&](const char* field, std::string_view flag, const std::string& typed) {
    const std::string written = codec::string_at(metadata, {field});
    if (typed.empty()) return;
    if (!written.empty() && written != typed) {
      return refuse(flag, fmt::format("\"{}\" differs from \"{}\" in the file", typed, written));
    }
    metadata[field] = typed;
  };
  identify("name", "NAME", options_.name);
  identify("namespace", "--namespace", options_.ns.value_or(""));
  each_pair("--label", options_.labels,
            [&](const KeyValue& label) { object_at(metadata, {"labels"})[label.key] = label.value; });
  each_pair("--annotation", options_.annotations, [&](const KeyValue& annotation) {
    object_at(metadata, {"annotations"})[annotation.key] = annotation.value;
  });
}

void DatabaseBuilder::each_pair(std::string_view flag, const std::vector<std::string>& texts,
                                const std::function<void(const KeyValue& pair)>& write) {
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    part([&] {
      const KeyValue pair = parse_key_value(flag, text);
      if (!seen.insert(pair.key).second) return refuse(flag, fmt::format("{} is given twice", pair.key));
      write(pair);
    });
  }
}

void DatabaseBuilder::topology() {
  put({}, "version", options_.version);
  const bool given = options_.topology.has_value();
  std::string mode =
      given ? parse_topology(*options_.topology) : codec::string_at(*object_, {"spec", "topology", "mode"});
  standalone_ = given && mode.empty();
  if (standalone_) {
    refuse_group_flags();
    spec({}).erase("topology");
  } else if (mode.empty() && (!options_.databases.empty() || options_.replicas.value_or(1) > 1)) {
    mode = topology_name(Topology::availability_group);
  }
  if (!mode.empty()) spec({"topology"})["mode"] = mode;
  if (options_.replicas) {
    spec({})["replicas"] = *options_.replicas;
  } else if (topology_of(*object_) != Topology::standalone && !spec({}).contains("replicas")) {
    spec({})["replicas"] = kGroupReplicas;
  }
}

void DatabaseBuilder::refuse_group_flags() {
  const DatabaseOptions& o = options_;
  const std::array<std::pair<std::string_view, bool>, 14> given{{
      {"--databases", !o.databases.empty()},
      {"--secondary-access", o.secondary_access.has_value()},
      {"--leader-election-period", o.leader_election_period.has_value()},
      {"--election-tick", o.election_tick.has_value()},
      {"--heartbeat-tick", o.heartbeat_tick.has_value()},
      {"--transfer-leadership-interval", o.transfer_leadership_interval.has_value()},
      {"--transfer-leadership-timeout", o.transfer_leadership_timeout.has_value()},
      {"--login-secret", o.login_secret.has_value()},
      {"--master-key-secret", o.master_key_secret.has_value()},
      {"--endpoint-cert-secret", o.endpoint_cert_secret.has_value()},
      {"--dag-role", o.dag_role.has_value()},
      {"--dag-url", o.dag_url.has_value()},
      {"--dag-remote-name", o.dag_remote_name.has_value()},
      {"--dag-remote-url", o.dag_remote_url.has_value()},
  }};
  for (const auto& [flag, set] : given) {
    if (set) refuse(flag, "has no meaning with --topology standalone");
  }
}

void DatabaseBuilder::availability_group() {
  if (standalone_) return;
  const codec::Path group = {"topology", "availabilityGroup"};
  if (!options_.databases.empty()) spec(group)["databases"] = options_.databases;
  if (options_.secondary_access) {
    spec(group)["secondaryAccessMode"] = parse_secondary_access(*options_.secondary_access);
  }
  put(group, "loginSecretName", options_.login_secret);
  put(group, "masterKeySecretName", options_.master_key_secret);
  put(group, "endpointCertSecretName", options_.endpoint_cert_secret);
}

void DatabaseBuilder::leader_election() {
  const DatabaseOptions& o = options_;
  if (standalone_) return;
  if (!o.leader_election_period && !o.election_tick && !o.heartbeat_tick && !o.transfer_leadership_interval &&
      !o.transfer_leadership_timeout) {
    return;
  }
  part([&] { require_duration("--leader-election-period", o.leader_election_period); });
  part([&] { require_duration("--transfer-leadership-interval", o.transfer_leadership_interval); });
  part([&] { require_duration("--transfer-leadership-timeout", o.transfer_leadership_timeout); });
  Json& block = spec({"topology", "availabilityGroup", "leaderElection"});
  using Defaults = LeaderElectionDefaults;
  put_or_default<std::string>(block, "period", o.leader_election_period, Defaults::kPeriod);
  put_or_default(block, "electionTick", o.election_tick, Defaults::kElectionTick);
  put_or_default(block, "heartbeatTick", o.heartbeat_tick, Defaults::kHeartbeatTick);
  put_or_default<std::string>(block, "transferLeadershipInterval", o.transfer_leadership_interval,
                              Defaults::kTransferInterval);
  put_or_default<std::string>(block, "transferLeadershipTimeout", o.transfer_leadership_timeout,
                              Defaults::kTransferTimeout);
}

void DatabaseBuilder::distributed_group() {
  if (standalone_) return;
  const codec::Path self = {"topology", "distributedAG", "self"}, remote = {"topology", "distributedAG", "remote"};
  if (options_.dag_role) spec(self)["role"] = parse_dag_role(*options_.dag_role);
  put(self, "url", options_.dag_url);
  if (options_.dag_remote_name) {
    const std::string& typed = *options_.dag_remote_name;
    const std::string group = availability_group_name(typed);
    if (group != typed) {
      notices_.push_back(fmt::format("the group of a database named {} is called {}, written as that", typed, group));
    }
    spec(remote)["name"] = group;
  }
  put(remote, "url", options_.dag_remote_url);
}

void DatabaseBuilder::storage() {
  const auto kind = [&] {
    if (options_.storage_type) spec({})["storageType"] = parse_storage_type(*options_.storage_type);
  };
  const auto policy = [&] {
    if (options_.deletion_policy) spec({})["deletionPolicy"] = parse_deletion_policy(*options_.deletion_policy);
  };
  const auto size = [&] {
    if (!options_.storage) return;
    const std::string text = byte_quantity("--storage", *options_.storage, notices_);
    spec({"storage", "resources", "requests"})["storage"] = text;
  };
  const auto access = [&] {
    if (options_.access_mode) {
      spec({"storage"})["accessModes"] = Json::array({parse_access_mode(*options_.access_mode)});
    } else if (spec({}).contains("storage") && !spec({"storage"}).contains("accessModes")) {
      spec({"storage"})["accessModes"] = Json::array({"ReadWriteOnce"});
    }
  };
  part(kind);
  part(policy);
  part(size);
  put({"storage"}, "storageClassName", options_.storage_class);
  part(access);
}

void DatabaseBuilder::assignments() {
  for (const std::string& assignment : options_.set) {
    try {
      codec::apply_set(*object_, assignment);
    } catch (const Error& error) {
      refuse("--set", error.what());
    }
  }
  check_assigned();
}

void DatabaseBuilder::check_assigned() {
  if (object_->erase("status") > 0) refuse("--set", "status is what the operator reports, no part of a manifest");
  const auto keep = [this](const char* field, const std::string& typed) {
    const std::string now = codec::string_at(*object_, {"metadata", field});
    if (typed.empty() || now == typed) return;
    refuse("--set", now.empty() ? fmt::format("metadata.{} is gone, but the command line names \"{}\"", field, typed)
                                : fmt::format("metadata.{} \"{}\" differs from \"{}\", which the command line names",
                                              field, now, typed));
    object_at(*object_, {"metadata"})[field] = typed;
  };
  if (options_.set.empty()) return;
  keep("name", options_.name);
  keep("namespace", options_.ns.value_or(""));
}

}  // namespace dba::mssql
