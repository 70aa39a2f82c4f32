#include "dba/mssql/summary.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/deletion.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/phase.hpp"
#include "dba/mssql/topology.hpp"

namespace dba::mssql {

namespace {

struct Row {
  std::string ns{}, name{}, version{}, status{}, created{};
  std::string edition{}, storage{}, issuer{};
  Topology topology = Topology::standalone;
  DeletionPolicy policy = DeletionPolicy::remove;
  int replicas = 0;
  bool deleting = false;
};

struct Tally {
  int live = 0;  ///< Running pods that are not going away, the arbiter left out.
  int primaries = 0;
  std::string primary{};  ///< The first one found.
};

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string or_none(std::string text) { return text.empty() ? "<none>" : text; }

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

/// What is being deleted is not what its phase says any more. @source kubectl shows pods so
std::string status_text(const Row& row) {
  if (row.deleting) return "Terminating";
  return row.status.empty() ? "<unknown>" : row.status;
}

/// Key of an instance's pods; a newline can be in neither part.
std::string instance_key(std::string_view ns, std::string_view name) { return fmt::format("{}\n{}", ns, name); }

}  // namespace

struct DatabaseList::Impl {
  std::vector<Row> databases{};
  std::unordered_map<std::string, Tally> pods{};
  bool pods_known = true;

  std::vector<std::string> cells(const Row& row, bool with_namespace, WallTime now) const {
    const auto found = pods.find(instance_key(row.ns, row.name));
    const Tally tally = found == pods.end() ? Tally{} : found->second;
    std::vector<std::string> cells;
    if (with_namespace) cells.push_back(row.ns);
    cells.insert(cells.end(),
                 {row.name, std::string(topology_name(row.topology)), or_none(row.version), status_text(row),
                  replicas_text(row, tally), primary_text(tally), age_text(row.created, now), or_none(row.edition),
                  or_none(row.storage), std::string(deletion_policy_name(row.policy)), or_none(row.issuer)});
    return cells;
  }

  std::vector<const Row*> sorted() const {
    std::vector<const Row*> rows;
    for (const Row& row : databases) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(),
              [](const Row* a, const Row* b) { return std::tie(a->ns, a->name) < std::tie(b->ns, b->name); });
    return rows;
  }

  Json item(const Row& row) const {
    const auto found = pods.find(instance_key(row.ns, row.name));
    const Tally tally = found == pods.end() ? Tally{} : found->second;
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
    return item;
  }

  std::string_view primary_state(const Tally& tally) const {
    if (!pods_known) return "unknown";
    if (tally.primaries > 1) return "ambiguous";
    return tally.primaries == 1 ? "one" : "none";
  }

  std::string replicas_text(const Row& row, const Tally& tally) const {
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
  impl_->databases.push_back({.ns = codec::namespace_of(database),
                              .name = codec::name_of(database),
                              .version = codec::string_at(database, {"spec", "version"}),
                              .status = phase_of(database),
                              .created = codec::string_at(database, {"metadata", "creationTimestamp"}),
                              .edition = environment_of(database, "MSSQL_PID"),
                              .storage = storage_text(database),
                              .issuer = issuer_text(database),
                              .topology = topology_of(database),
                              .policy = deletion_policy_of(database),
                              .replicas = replicas_of(database),
                              .deleting = is_being_deleted(database)});
}

void DatabaseList::add_pod(const Json& pod) {
  const Json* labels = codec::find_at(pod, {"metadata", "labels"});
  if (labels == nullptr || codec::string_at(*labels, {kNameLabel}) != kNameLabelValue) return;
  if (is_being_deleted(pod)) return;
  const std::string role = codec::string_at(*labels, {kRoleLabel});
  if (role == kRoleArbiter) return;
  Tally& tally = impl_->pods[instance_key(codec::namespace_of(pod), codec::string_at(*labels, {kInstanceLabel}))];
  ++tally.live;
  if (role != kRolePrimary) return;
  if (tally.primaries++ == 0) tally.primary = codec::name_of(pod);
}

void DatabaseList::clear_databases() { impl_->databases.clear(); }
void DatabaseList::clear_pods() { impl_->pods.clear(); }
void DatabaseList::pods_unknown() { impl_->pods_known = false; }
std::size_t DatabaseList::size() const { return impl_->databases.size(); }

std::vector<DatabaseList::Column> DatabaseList::columns(bool with_namespace) {
  std::vector<Column> columns{{"NAME", false},     {"MODE", false},           {"VERSION", false}, {"STATUS", false},
                              {"REPLICAS", false}, {"PRIMARY", false},        {"AGE", false},     {"EDITION", true},
                              {"STORAGE", true},   {"DELETION-POLICY", true}, {"ISSUER", true}};
  if (with_namespace) columns.insert(columns.begin(), Column{"NAMESPACE", false});
  return columns;
}

std::vector<std::vector<std::string>> DatabaseList::rows(bool with_namespace, WallTime now) const {
  std::vector<std::vector<std::string>> rows;
  for (const Row* row : impl_->sorted()) rows.push_back(impl_->cells(*row, with_namespace, now));
  return rows;
}

std::vector<Json> DatabaseList::items() const {
  std::vector<Json> items;
  for (const Row* row : impl_->sorted()) items.push_back(impl_->item(*row));
  return items;
}

}  // namespace dba::mssql
