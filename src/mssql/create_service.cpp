#include "dba/mssql/create_service.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "cluster_checks.hpp"
#include "leave_traces.hpp"

namespace dba::mssql {

namespace {

/// A dry run cannot put anything into a namespace that is not there: what would be made is shown as it would be sent.
void show_without_server(const CreatePlan& plan, const CreateRequest& request, WallTime now,
                         const ChangeListener& listener) {
  listener.warn(fmt::format("namespace \"{}\" does not exist yet: the server could not check what goes into it",
                            codec::namespace_of(*plan.database)));
  if (request.issuer) {
    for (const Json& object : issuer_objects(*request.issuer, now)) listener.written(object, kube::Change::created);
  }
  listener.written(*plan.database, kube::Change::created);
}

}  // namespace

CreatePlan plan_creation(kube::Client& client, const Json& database, const CreateRequest& request,
                         const ChangeListener& listener) {
  ClusterCheckResult checked = check_on_cluster(
      client, database,
      {.issuer_may_be_missing = request.issuer.has_value(), .namespace_may_be_missing = request.create_namespace},
      listener);
  return {.database = std::move(checked.database), .namespace_missing = checked.namespace_missing};
}

Json create_database(kube::Client& client, const CreatePlan& plan, const CreateRequest& request,
                     const ChangeListener& listener) {
  const bool dry_run = request.dry_run != kube::DryRun::none;
  if (plan.namespace_missing) {
    const std::string ns = codec::namespace_of(*plan.database);
    if (ensure_namespace(client, ns, request.dry_run, request.mark, listener) && dry_run) {
      show_without_server(plan, request, client.clock().wall_now(), listener);
      return *plan.database;
    }
  }
  if (request.issuer) ensure_issuer(client, *request.issuer, listener);
  Json created = client.create(*plan.database, {.dry_run = request.dry_run});
  listener.written(created, kube::Change::created);
  if (!dry_run) leave_traces(client, created, request.mark, "created", listener);
  return created;
}

bool ensure_namespace(kube::Client& client, std::string_view ns, kube::DryRun dry_run, const Mark& mark,
                      const ChangeListener& listener) {
  Json object = Json::object();
  object["apiVersion"] = "v1";
  object["kind"] = "Namespace";
  object["metadata"]["name"] = ns;
  Json created = Json::object();
  try {
    created = client.create(object, {.dry_run = dry_run});
  } catch (const kube::ApiError& error) {
    if (error.kind() != kube::ApiError::Kind::already_exists) throw;
    return false;
  }
  listener.written(created, kube::Change::created);
  if (dry_run == kube::DryRun::none) leave_traces(client, created, mark, "created", listener);
  return true;
}

}  // namespace dba::mssql
