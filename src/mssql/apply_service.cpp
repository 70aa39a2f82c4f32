#include "dba/mssql/apply_service.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/mssql/create_service.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/names.hpp"

#include "cluster_checks.hpp"
#include "leave_traces.hpp"
#include "planned_apply.hpp"

namespace dba::mssql {

namespace {

bool is_database(const Json& object) {
  return codec::string_at(object, {"apiVersion"}) == kApiVersion && codec::string_at(object, {"kind"}) == kKind;
}

/// One run: first every decision, then the changes in the order of the objects.
class Applier {
 public:
  Applier(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
          const ChangeListener& listener)
      : client_(client), objects_(objects), request_(request), listener_(listener) {}

  void run() {
    for (const Json& object : objects_) plans_.push_back(is_database(object) ? plan_database(object) : plan(object));
    prepare_surroundings();
    for (const PlannedApply& plan : plans_) carry_out(plan);
  }

 private:
  PlannedApply plan(const Json& object) {
    return plan_apply(client_, object, find_live(client_, object), request_.force_conflicts);
  }

  PlannedApply plan_database(const Json& object) {
    const std::optional<Json> live = find_live(client_, object);
    if (!live) return plan_new_database(object);
    Json wanted = object;
    if (!has_version(wanted)) {
      wanted["spec"]["version"] = codec::string_at(*live, {"spec", "version"});
      wanted = in_written_order(wanted);
    }
    PlannedApply planned = plan_apply(client_, wanted, live, request_.force_conflicts);
    if (planned.unchanged()) return planned;
    if (!codec::string_at(*planned.live, {"metadata", "deletionTimestamp"}).empty())
      listener_.warn(fmt::format("{} is being deleted", codec::name_of(wanted)));
    const Findings findings = check_change(*planned.live, *planned.merged);
    for (const std::string& line : findings.warning_lines()) listener_.warn(line);
    findings.throw_if_errors(fmt::format("cannot apply database \"{}\"", codec::name_of(wanted)), ExitCode::refused);
    return planned;
  }

  PlannedApply plan_new_database(const Json& object) {
    const ClusterCheckResult checked = check_on_cluster(client_, object,
                                                        {.verb = "apply",
                                                         .refuse_existing = false,
                                                         .issuer_may_be_missing = request_.issuer.has_value(),
                                                         .namespace_may_be_missing = request_.create_namespace,
                                                         .provided = objects_},
                                                        listener_);
    namespace_missing_ = checked.namespace_missing;
    return plan_apply(client_, *checked.database, std::nullopt, request_.force_conflicts);
  }

  bool dry_run() const { return request_.dry_run != kube::DryRun::none; }

  /// What --create-namespace and --with-issuer promise.
  void prepare_surroundings() {
    if (request_.create_namespace && namespace_missing_)
      ensure_namespace(client_, database_namespace(), request_.dry_run, request_.mark, listener_);
    if (!request_.issuer || (dry_run() && namespace_missing_)) return;
    ensure_issuer(client_, *request_.issuer, listener_);
  }

  std::string database_namespace() const {
    const auto found = std::find_if(objects_.begin(), objects_.end(), is_database);
    return found == objects_.end() ? "" : codec::namespace_of(*found);
  }

  void carry_out(const PlannedApply& plan) {
    if (plan.unchanged()) return listener_.written(*plan.live, kube::Change::unchanged);
    if (dry_run() && plan.live != nullptr) return listener_.written(*plan.merged, kube::Change::configured);
    if (dry_run() && namespace_missing_ && codec::namespace_of(*plan.intent) == database_namespace()) {
      listener_.warn(fmt::format("namespace \"{}\" does not exist yet: the server could not check {} \"{}\"",
                                 database_namespace(), plan.type->kind, codec::name_of(*plan.intent)));
      return listener_.written(*plan.intent, kube::Change::created);
    }
    const kube::Client::ApplyResult result = client_.apply(*plan.intent, plan.force, {.dry_run = request_.dry_run});
    listener_.written(result.object(), result.change);
    if (!dry_run() && result.change != kube::Change::unchanged)
      leave_traces(client_, result.object(), request_.mark,
                   result.change == kube::Change::created ? "created" : "configured", listener_);
  }

  kube::Client& client_;
  const std::vector<Json>& objects_;
  const ApplyRequest& request_;
  const ChangeListener& listener_;
  std::vector<PlannedApply> plans_{};
  bool namespace_missing_ = false;
};

}  // namespace

bool may_accompany(const Json& object) {
  constexpr std::array<std::string_view, 6> kKinds = {"Namespace", "Secret", "ConfigMap",
                                                      "Service",   "Issuer", "ClusterIssuer"};
  const std::string kind = codec::string_at(object, {"kind"});
  return kube::find_resource(codec::string_at(object, {"apiVersion"}), kind) != nullptr &&
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

void apply_objects(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
                   const ChangeListener& listener) {
  Applier(client, objects, request, listener).run();
}

}  // namespace dba::mssql
