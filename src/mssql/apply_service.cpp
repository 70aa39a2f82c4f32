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

struct ApplyPlan::Impl {
  std::vector<PlannedApply> objects{};
  std::string database_namespace{};  ///< Empty without a database.
  bool namespace_missing = false;    ///< Of the database; it is to be made, or stands in the file.
  bool force_conflicts = false;
};

namespace {

bool is_database(const Json& object) {
  return codec::string_at(object, {"apiVersion"}) == kApiVersion && codec::string_at(object, {"kind"}) == kKind;
}

/// How little a deletion leaves behind: the less, the higher. @source KubeDB's webhook: absent means Delete
std::size_t destruction_of(const Json& database) {
  constexpr std::array<std::string_view, 4> kPolicies = {"DoNotTerminate", "Halt", "Delete", "WipeOut"};
  const std::string policy = codec::string_at(database, {"spec", "deletionPolicy"}, "Delete");
  return static_cast<std::size_t>(std::find(kPolicies.begin(), kPolicies.end(), policy) - kPolicies.begin());
}

bool loosens_deletion_policy(const PlannedApply& planned) {
  return is_database(*planned.live) && destruction_of(*planned.merged) > destruction_of(*planned.live);
}

/// Every decision of an apply.
class Planner {
 public:
  Planner(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
          const ChangeListener& listener)
      : client_(client), objects_(objects), request_(request), listener_(listener) {}

  std::unique_ptr<ApplyPlan::Impl> run() {
    plan_.force_conflicts = request_.force_conflicts;
    for (const Json& object : objects_) {
      if (is_database(object)) plan_.database_namespace = codec::namespace_of(object);
      plan_.objects.push_back(is_database(object) ? plan_database(object) : plan(object));
    }
    return std::make_unique<ApplyPlan::Impl>(std::move(plan_));
  }

 private:
  PlannedApply plan(const Json& object) {
    return plan_apply(client_, object, find_live(client_, object), request_.force_conflicts);
  }

  PlannedApply plan_database(const Json& object) {
    const std::optional<Json> live = find_live(client_, object);
    if (!live) return plan_new_database(object);
    refuse_when_going(*live);
    Json wanted = object;
    if (!has_version(wanted)) {
      wanted["spec"]["version"] = codec::string_at(*live, {"spec", "version"});
      wanted = in_written_order(wanted);
    }
    PlannedApply planned = plan_apply(client_, wanted, live, request_.force_conflicts);
    if (planned.unchanged()) return planned;
    check_on_cluster(client_, wanted, check_options(&*live), listener_);
    const Findings findings = check_change(*planned.live, *planned.merged);
    for (const std::string& line : findings.warning_lines()) listener_.warn(line);
    findings.throw_if_errors(fmt::format("cannot apply database \"{}\"", codec::name_of(wanted)), ExitCode::refused);
    return planned;
  }

  /// A change of what is on its way out would be lost with it.
  static void refuse_when_going(const Json& live) {
    const std::string problem = deletion_problem(live);
    if (problem.empty()) return;
    Findings findings;
    findings.error("metadata.name", "", problem);
    findings.throw_if_errors(fmt::format("cannot apply database \"{}\"", codec::name_of(live)), ExitCode::refused,
                             wait_for_deletion(live));
  }

  ClusterCheckOptions check_options(const Json* live) const {
    return {.verb = "apply",
            .live = live,
            .issuer_may_be_missing = request_.issuer.has_value(),
            .namespace_may_be_missing = request_.create_namespace,
            .provided = objects_};
  }

  PlannedApply plan_new_database(const Json& object) {
    const ClusterCheckResult checked = check_on_cluster(client_, object, check_options(nullptr), listener_);
    plan_.namespace_missing = checked.namespace_missing;
    return plan_apply(client_, *checked.database, std::nullopt, request_.force_conflicts);
  }

  kube::Client& client_;
  const std::vector<Json>& objects_;
  const ApplyRequest& request_;
  const ChangeListener& listener_;
  ApplyPlan::Impl plan_{};
};

/// The changes of a plan.
class Applier {
 public:
  Applier(kube::Client& client, const ApplyPlan::Impl& plan, const ApplyRequest& request, const Mark& mark,
          const ChangeListener& listener)
      : client_(client), plan_(plan), request_(request), mark_(mark), listener_(listener) {}

  void run() {
    if (request_.create_namespace && plan_.namespace_missing)
      ensure_namespace(client_, plan_.database_namespace, request_.dry_run, mark_, listener_);
    for (const PlannedApply& planned : plan_.objects) {
      // Not before: what stands in front of the database may be its namespace.
      if (request_.issuer && is_database(*planned.intent)) prepare_issuer();
      carry_out(planned);
    }
  }

 private:
  bool dry_run() const { return request_.dry_run != kube::DryRun::none; }

  void prepare_issuer() {
    if (dry_run() && plan_.namespace_missing) {
      for (const Json& object : issuer_objects(*request_.issuer, client_.clock().wall_now()))
        listener_.written(object, kube::Change::created);
      return;
    }
    IssuerRequest issuer = *request_.issuer;
    issuer.mark = mark_;
    ensure_issuer(client_, issuer, listener_);
  }

  void carry_out(const PlannedApply& planned) {
    if (planned.nothing_to_send() || (dry_run() && planned.unchanged()))
      return listener_.written(*planned.live, kube::Change::unchanged);
    if (dry_run() && planned.live != nullptr) return listener_.written(*planned.merged, kube::Change::configured);
    if (dry_run() && plan_.namespace_missing && codec::namespace_of(*planned.intent) == plan_.database_namespace) {
      listener_.warn(fmt::format("namespace \"{}\" does not exist yet: the server could not check {} \"{}\"",
                                 plan_.database_namespace, planned.type->kind, codec::name_of(*planned.intent)));
      return listener_.written(*planned.intent, kube::Change::created);
    }
    const kube::Client::ApplyResult result =
        client_.apply(*planned.intent, planned.force, {.dry_run = request_.dry_run});
    listener_.written(result.object(), result.change);
    if (!dry_run() && result.change != kube::Change::unchanged)
      leave_traces(client_, result.object(), mark_, result.change == kube::Change::created ? "created" : "configured",
                   listener_);
  }

  kube::Client& client_;
  const ApplyPlan::Impl& plan_;
  const ApplyRequest& request_;
  const Mark& mark_;
  const ChangeListener& listener_;
};

}  // namespace

ApplyPlan::ApplyPlan(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApplyPlan::ApplyPlan(ApplyPlan&&) noexcept = default;
ApplyPlan& ApplyPlan::operator=(ApplyPlan&&) noexcept = default;
ApplyPlan::~ApplyPlan() = default;

bool ApplyPlan::sends_something() const {
  return std::any_of(impl_->objects.begin(), impl_->objects.end(),
                     [](const PlannedApply& planned) { return !planned.nothing_to_send(); });
}

std::vector<std::string> ApplyPlan::unprotected_namespaces() const {
  std::vector<std::string> namespaces;
  for (const PlannedApply& planned : impl_->objects) {
    const bool changes_existing = planned.live != nullptr && !planned.nothing_to_send();
    if (changes_existing && (impl_->force_conflicts || loosens_deletion_policy(planned)))
      namespaces.push_back(codec::namespace_of(*planned.intent));
  }
  return namespaces;
}

bool may_accompany(const Json& object) {
  constexpr std::array<std::string_view, 6> kKinds = {"Namespace", "Secret", "ConfigMap",
                                                      "Service",   "Issuer", "ClusterIssuer"};
  const std::string kind = codec::string_at(object, {"kind"});
  return kube::find_resource(codec::string_at(object, {"apiVersion"}), kind) != nullptr &&
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

ApplyPlan plan_application(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
                           const ChangeListener& listener) {
  return ApplyPlan(Planner(client, objects, request, listener).run());
}

void apply_plan(kube::Client& client, const ApplyPlan& plan, const ApplyRequest& request, const Mark& mark,
                const ChangeListener& listener) {
  Applier(client, plan.impl(), request, mark, listener).run();
}

}  // namespace dba::mssql
