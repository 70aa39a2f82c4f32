#include "dba/mssql/deletion.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"

#include "topology.hpp"

namespace dba::mssql {

namespace {

std::string pods_text(const Json& database) {
  const std::string name = codec::name_of(database);
  const int count = replicas_of(database);
  if (count <= 1) return fmt::format("the pod {} and its Services", pod_name(name, 0));
  const std::string arbiter = has_arbiter(database) ? " and " + pod_name(arbiter_name(name), 0) : "";
  return fmt::format("the pods {} to {}{} and their Services", pod_name(name, 0), pod_name(name, count - 1), arbiter);
}

std::string volumes_text(const Json& database) {
  const bool ephemeral = codec::string_at(database, {"spec", "storageType"}) == "Ephemeral";
  return ephemeral ? "the data, which live in the pods (storageType Ephemeral)"
                   : "the volumes (PersistentVolumeClaims data-…) with all data";
}

std::string secrets_text(const Json& database) {
  const std::string name = codec::name_of(database);
  if (topology_of(database) == Topology::standalone) return fmt::format("the Secret {}", auth_secret_of(database));
  const auto named = [&database](std::string_view field, const std::string& otherwise) {
    return codec::string_at(database, {"spec", "topology", "availabilityGroup", field}, otherwise);
  };
  const std::vector<std::string> names{
      auth_secret_of(database), named("endpointCertSecretName", certificate_secret_name(name, "endpoint")),
      named("loginSecretName", login_secret_name(name)), named("masterKeySecretName", master_key_secret_name(name))};
  return fmt::format("the Secrets {}", english_list(names));
}

std::string object_arguments(const Json& database) {
  const std::string ns = codec::namespace_of(database);
  return fmt::format("{}{}", shell_quote(codec::name_of(database)), ns.empty() ? "" : " -n " + shell_quote(ns));
}

}  // namespace

DeletionPolicy deletion_policy_of(const Json& database) {
  const std::string policy = codec::string_at(database, {"spec", "deletionPolicy"});
  for (const DeletionPolicy known :
       {DeletionPolicy::do_not_terminate, DeletionPolicy::halt, DeletionPolicy::wipe_out}) {
    if (policy == deletion_policy_name(known)) return known;
  }
  return DeletionPolicy::remove;
}

std::string_view deletion_policy_name(DeletionPolicy policy) {
  switch (policy) {
    case DeletionPolicy::do_not_terminate:
      return "DoNotTerminate";
    case DeletionPolicy::halt:
      return "Halt";
    case DeletionPolicy::remove:
      return "Delete";
    case DeletionPolicy::wipe_out:
      return "WipeOut";
  }
  return {};
}

DeletionPlan plan_deletion(const Json& database) {
  DeletionPlan plan{.policy = deletion_policy_of(database)};
  const bool ephemeral = codec::string_at(database, {"spec", "storageType"}) == "Ephemeral";
  plan.blocked = plan.policy == DeletionPolicy::do_not_terminate;
  plan.loses_backups = plan.policy == DeletionPolicy::wipe_out;
  plan.loses_data = !plan.blocked && (ephemeral || plan.policy != DeletionPolicy::halt);
  const auto put = [&plan](bool removed, std::string what) {
    (removed ? plan.removed : plan.kept).push_back(std::move(what));
  };
  put(!plan.blocked, pods_text(database));
  put(plan.loses_data, volumes_text(database));
  put(plan.loses_backups, secrets_text(database));
  put(plan.loses_backups, "backup Snapshots and the data they have in their buckets");
  return plan;
}

std::string deletion_text(const Json& database, const DeletionPlan& plan) {
  const std::string name = codec::name_of(database), ns = codec::namespace_of(database);
  std::string text =
      fmt::format("deletionPolicy of {}{} is {}{}\n", ns.empty() ? "" : ns + "/", name,
                  deletion_policy_name(plan.policy), plan.blocked ? ": the server refuses to delete it" : "");
  for (const std::string& what : plan.removed) text += fmt::format("  goes:  {}\n", what);
  for (const std::string& what : plan.kept) text += fmt::format("  stays: {}\n", what);
  return text;
}

std::string policy_command(const Json& database, DeletionPolicy policy) {
  return fmt::format(
      "kubectl patch mssqlservers.kubedb.com {} --type=merge -p '{{\"spec\":{{\"deletionPolicy\":\"{}\"}}}}'",
      object_arguments(database), deletion_policy_name(policy));
}

}  // namespace dba::mssql
