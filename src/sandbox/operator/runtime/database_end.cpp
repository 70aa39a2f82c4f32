// What goes and what stays when a database is deleted or halted. @source kubedb.md 1.4, 1.5

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/objects/secrets.hpp"
#include "operator/runtime/database_controller.hpp"
#include "operator/runtime/pod_view.hpp"

namespace dba::sandbox::kubedb {

namespace {

bool is_of(const Json& object, const std::string& database) {
  return codec::label_of(object, "app.kubernetes.io/instance") == database &&
         codec::label_of(object, "app.kubernetes.io/managed-by") == "kubedb.com";
}

bool is_kept_on_halt(const Json& object) {
  return codec::annotation_of(object, "kubedb.com/resource-policy-keep-on") == "halt";
}

}  // namespace

/// What the database owns goes with it by garbage collection; PetSets first, so that no pod is made again.
void DatabaseController::terminate(const Json& database) {
  const Json* known = codec::find_at(database, {"metadata", "finalizers"});
  if (known == nullptr || std::find(known->begin(), known->end(), kFinalizer) == known->end()) return;
  const std::string policy = codec::string_at(database, {"spec", "deletionPolicy"}, "Delete");
  for (const Json& petset : store_.list(Kind::petset, codec::namespace_of(database), codec::name_of(database))) {
    if (is_of(petset, codec::name_of(database)) && !is_terminating(petset)) writer_.remove(Kind::petset, petset);
  }
  if (policy == "Delete" || policy == "WipeOut") remove_claims(database);
  if (policy == "WipeOut") remove_secrets(database);
  Json finalizers = *known;
  finalizers.erase(std::find(finalizers.begin(), finalizers.end(), kFinalizer));
  Json patch = Json::object();
  patch["metadata"] =
      Json::object({{"resourceVersion", codec::resource_version_of(database)}, {"finalizers", std::move(finalizers)}});
  writer_.patch(Kind::database, database, patch);
}

void DatabaseController::remove_offshoots(const Json& database) {
  const std::string ns = codec::namespace_of(database), name = codec::name_of(database);
  for (const Kind kind :
       {Kind::appbinding, Kind::petset, Kind::role_binding, Kind::role, Kind::account, Kind::budget, Kind::service}) {
    for (const Json& object : store_.list(kind, ns, name)) {
      if (!is_of(object, name) || is_terminating(object) || is_kept_on_halt(object)) continue;
      writer_.remove(kind, object);
    }
  }
}

void DatabaseController::remove_claims(const Json& database) {
  for (const Json& claim : store_.list(Kind::claim, codec::namespace_of(database), "data-")) {
    if (is_of(claim, codec::name_of(database)) && !is_terminating(claim)) writer_.remove(Kind::claim, claim);
  }
}

/// Only those that carry KubeDB's labels, and that no other database names; Certificates before them, or cert-manager
/// would issue them again.
void DatabaseController::remove_secrets(const Json& database) {
  const std::string ns = codec::namespace_of(database), name = codec::name_of(database);
  for (const Json& certificate : store_.list(Kind::certificate, ns, name)) {
    if (is_of(certificate, name)) writer_.remove(Kind::certificate, certificate);
  }
  const std::set<std::string> kept = secrets_of_others(database);
  for (const Json& secret : store_.list(Kind::secret, ns)) {
    if (!is_of(secret, name) || is_terminating(secret) || kept.contains(codec::name_of(secret))) continue;
    writer_.remove(Kind::secret, secret);
  }
}

std::set<std::string> DatabaseController::secrets_of_others(const Json& database) const {
  std::set<std::string> names;
  for (const Json& other : store_.list(Kind::database, codec::namespace_of(database))) {
    if (codec::name_of(other) == codec::name_of(database)) continue;
    for (std::string& name : brought_secret_names(other)) names.insert(std::move(name));
  }
  return names;
}

}  // namespace dba::sandbox::kubedb
