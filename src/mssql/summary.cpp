#include "dba/mssql/summary.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/deletion.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/names.hpp"

#include "cells.hpp"
#include "json_values.hpp"
#include "phase.hpp"
#include "topology.hpp"

namespace dba::mssql {

namespace {

struct ListedDatabase {
  std::string ns{}, name{}, version{}, status{}, created{};
  std::string edition{}, storage{}, issuer{};
  std::map<std::string, std::string> labels{};
  Topology topology = Topology::standalone;
  DeletionPolicy policy = DeletionPolicy::remove;
  int replicas = 0;
  bool deleting = false;
};

/// A running pod of a replica that is not going away.
struct LivePod {
  std::string instance{};  ///< instance_key() of its database.
  std::string name{};
  bool primary = false;
};

struct Tally {
  int live = 0;
  int primaries = 0;
  std::string primary{};  ///< One of them.
};

using Tallies = std::unordered_map<std::string, Tally>;

std::string storage_text(const Json& database) {
  if (codec::string_at(database, {"spec", "storageType"}) == "Ephemeral") return "ephemeral";
  const Json* size = codec::find_at(database, {"spec", "storage", "resources", "requests", "storage"});
  if (size == nullptr) return {};
  return size->is_string() ? size->get<std::string>() : size->dump();
}

std::string issuer_text(const Json& database) {
  const IssuerRef ref = issuer_ref_of(database);
  return ref.cluster_wide() ? fmt::format("{}/{}", ref.kind, ref.name) : ref.name;
}

std::map<std::string, std::string> labels_of(const Json& database) {
  std::map<std::string, std::string> labels;
  const Json* found = codec::find_at(database, {"metadata", "labels"});
  if (found == nullptr || !found->is_object()) return labels;
  for (const auto& [key, value] : found->items()) {
    if (value.is_string()) labels[key] = value.get<std::string>();
  }
  return labels;
}

/// What is being deleted is not what its phase says any more. @source kubectl shows pods so
std::string status_text(const ListedDatabase& row) {
  if (row.deleting) return "Terminating";
  return row.status.empty() ? "<unknown>" : row.status;
}

/// Sorts by namespace, then by name: a newline can be in neither, and comes before whatever can.
std::string instance_key(std::string_view ns, std::string_view name) { return fmt::format("{}\n{}", ns, name); }

std::string key_of(const Json& object) { return instance_key(codec::namespace_of(object), codec::name_of(object)); }

/// Absent for a pod that counts for nothing.
std::optional<LivePod> live_pod(const Json& pod) {
  const Json* labels = codec::find_at(pod, {"metadata", "labels"});
  if (labels == nullptr || codec::string_at(*labels, {kNameLabel}) != kNameLabelValue) return std::nullopt;
  const std::string role = codec::string_at(*labels, {kRoleLabel});
  if (is_being_deleted(pod) || role == kRoleArbiter) return std::nullopt;
  return LivePod{.instance = instance_key(codec::namespace_of(pod), codec::string_at(*labels, {kInstanceLabel})),
                 .name = codec::name_of(pod),
                 .primary = role == kRolePrimary};
}

}  // namespace

struct DatabaseList::Impl {
  std::map<std::string, ListedDatabase> databases{};
  std::unordered_map<std::string, LivePod> pods{};
  bool pods_known = true;

  Tallies tallies() const {
    Tallies tallies;
    for (const auto& [key, pod] : pods) {
      Tally& tally = tallies[pod.instance];
      ++tally.live;
      if (!pod.primary) continue;
      ++tally.primaries;
      tally.primary = pod.name;
    }
    return tallies;
  }

  std::vector<std::string> cells(const ListedDatabase& row, const Tally& tally, bool with_namespace,
                                 WallTime now) const {
    std::vector<std::string> cells;
    if (with_namespace) cells.push_back(row.ns);
    cells.insert(cells.end(),
                 {row.name, std::string(topology_name(row.topology)), or_none(row.version), status_text(row),
                  replicas_text(row, tally), primary_text(tally), age_text(row.created, now), or_none(row.edition),
                  or_none(row.storage), std::string(deletion_policy_name(row.policy)), or_none(row.issuer)});
    return cells;
  }

  Json item(const ListedDatabase& row, const Tally& tally) const {
    Json item = Json::object();
    item["namespace"] = row.ns;
    item["name"] = row.name;
    item["mode"] = topology_name(row.topology);
    item["version"] = text_or_null(row.version);
    item["phase"] = text_or_null(row.status);
    item["deleting"] = row.deleting;
    item["replicas"] = row.replicas;
    item["livePods"] = pods_known ? Json(tally.live) : Json(nullptr);
    item["primary"] = pods_known && tally.primaries == 1 ? Json(tally.primary) : Json(nullptr);
    item["primaryState"] = primary_state(tally);
    item["createdAt"] = text_or_null(row.created);
    item["edition"] = text_or_null(row.edition);
    item["storage"] = text_or_null(row.storage);
    item["deletionPolicy"] = deletion_policy_name(row.policy);
    item["issuer"] = text_or_null(row.issuer);
    item["labels"] = Json::object();
    for (const auto& [key, value] : row.labels) item["labels"][key] = value;
    return item;
  }

  std::string_view primary_state(const Tally& tally) const {
    if (!pods_known) return "unknown";
    if (tally.primaries > 1) return "ambiguous";
    return tally.primaries == 1 ? "one" : "none";
  }

  std::string replicas_text(const ListedDatabase& row, const Tally& tally) const {
    return pods_known ? fmt::format("{}/{}", tally.live, row.replicas) : fmt::format("?/{}", row.replicas);
  }

  std::string primary_text(const Tally& tally) const {
    if (!pods_known) return "<unknown>";
    if (tally.primaries > 1) return "<ambiguous>";
    return or_none(tally.primary);
  }
};

DatabaseList::DatabaseList() : impl_(std::make_unique<Impl>()) {}
DatabaseList::~DatabaseList() = default;
DatabaseList::DatabaseList(DatabaseList&&) noexcept = default;
DatabaseList& DatabaseList::operator=(DatabaseList&&) noexcept = default;

void DatabaseList::add_database(const Json& database) {
  impl_->databases[key_of(database)] = {.ns = codec::namespace_of(database),
                                        .name = codec::name_of(database),
                                        .version = codec::string_at(database, {"spec", "version"}),
                                        .status = phase_of(database),
                                        .created = codec::string_at(database, {"metadata", "creationTimestamp"}),
                                        .edition = environment_of(database, "MSSQL_PID"),
                                        .storage = storage_text(database),
                                        .issuer = issuer_text(database),
                                        .labels = labels_of(database),
                                        .topology = topology_of(database),
                                        .policy = deletion_policy_of(database),
                                        .replicas = replicas_of(database),
                                        .deleting = is_being_deleted(database)};
}

void DatabaseList::add_pod(const Json& pod) {
  if (std::optional<LivePod> live = live_pod(pod)) {
    impl_->pods[key_of(pod)] = *std::move(live);
  } else {
    impl_->pods.erase(key_of(pod));
  }
}

void DatabaseList::remove_database(const Json& database) { impl_->databases.erase(key_of(database)); }
void DatabaseList::remove_pod(const Json& pod) { impl_->pods.erase(key_of(pod)); }
void DatabaseList::clear_databases() { impl_->databases.clear(); }
void DatabaseList::clear_pods() { impl_->pods.clear(); }
void DatabaseList::pods_unknown() { impl_->pods_known = false; }
std::size_t DatabaseList::size() const { return impl_->databases.size(); }

std::vector<TableColumn> DatabaseList::columns(bool with_namespace) {
  std::vector<TableColumn> columns{
      {"NAME", false},     {"MODE", false},           {"VERSION", false}, {"STATUS", false},
      {"REPLICAS", false}, {"PRIMARY", false},        {"AGE", false},     {"EDITION", true},
      {"STORAGE", true},   {"DELETION-POLICY", true}, {"ISSUER", true}};
  if (with_namespace) columns.insert(columns.begin(), TableColumn{"NAMESPACE", false});
  return columns;
}

std::vector<std::vector<std::string>> DatabaseList::rows(bool with_namespace, WallTime now) const {
  Tallies tallies = impl_->tallies();
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, row] : impl_->databases) rows.push_back(impl_->cells(row, tallies[key], with_namespace, now));
  return rows;
}

std::vector<Json> DatabaseList::items() const {
  Tallies tallies = impl_->tallies();
  std::vector<Json> items;
  for (const auto& [key, row] : impl_->databases) items.push_back(impl_->item(row, tallies[key]));
  return items;
}

}  // namespace dba::mssql
