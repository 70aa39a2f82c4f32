// The objects of a database: made in the order in which KubeDB makes them.

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

#include "operator/database.hpp"
#include "operator/objects/access.hpp"
#include "operator/objects/certificates.hpp"
#include "operator/objects/petsets.hpp"
#include "operator/objects/secrets.hpp"
#include "operator/objects/services.hpp"
#include "operator/runtime/database_controller.hpp"
#include "operator/runtime/pod_view.hpp"

namespace dba::sandbox::kubedb {

namespace {

std::string secret_text(const std::optional<Json>& secret, std::string_view key) {
  return !secret ? "" : codec::string_at(*secret, {"data", key});
}

}  // namespace

std::string DatabaseController::provision(Json& database) {
  const std::string missing = missing_before(database);
  if (!missing.empty()) return missing;
  const Json version = *store_.find(Kind::version, "", codec::string_at(database, {"spec", "version"}));
  fill_auth_secret(database);
  Json complete = database;  // where no webhook has filled in the defaults
  set_defaults(complete, [&](std::string_view, std::string_view, std::string_view, std::string_view) {
    return std::optional<Json>(version);
  });
  make_secrets(complete);
  make_certificates(complete);
  for (const Json& object : build_access(complete)) writer_.ensure(object);
  make_services(complete);
  make_petsets(complete, version);
  for (const Json& budget : build_disruption_budget(complete)) writer_.ensure(budget);
  const std::optional<Json> client =
      store_.find(Kind::secret, codec::namespace_of(database), certificate_secret_name(complete, "client"));
  const Json binding = build_appbinding(complete, version, secret_text(client, "ca.crt"));
  if (writer_.ensure(binding) == Writer::Change::created) {
    writer_.event(database, "Normal", "Successful", "Successfully created appbinding");
  }
  return missing_issuer(complete);
}

/// Without these nothing can be made.
std::string DatabaseController::missing_before(const Json& database) const {
  const std::string version = codec::string_at(database, {"spec", "version"});
  if (!store_.has(Kind::version, "", version)) {
    return fmt::format("mssqlserverversions.catalog.kubedb.com \"{}\" not found", version);
  }
  const std::string ns = codec::namespace_of(database);
  for (const std::string& name : brought_secret_names(database)) {
    if (!store_.has(Kind::secret, ns, name)) return fmt::format("secrets \"{}\" not found", name);
  }
  return {};
}

/// The Certificates wait for it, and the pods for their Secrets.
std::string DatabaseController::missing_issuer(const Json& database) const {
  if (!store_.served(Kind::certificate))
    return "cert-manager is not installed: no kind Certificate in cert-manager.io/v1";
  const std::string name = codec::string_at(database, {"spec", "tls", "issuerRef", "name"});
  const bool of_cluster = codec::string_at(database, {"spec", "tls", "issuerRef", "kind"}) == "ClusterIssuer";
  const Kind kind = of_cluster ? Kind::cluster_issuer : Kind::issuer;
  if (store_.has(kind, of_cluster ? "" : codec::namespace_of(database), name)) return {};
  return fmt::format("{}s.cert-manager.io \"{}\" not found", of_cluster ? "clusterissuer" : "issuer", name);
}

/// The webhook leaves the name empty; the operator writes what it has chosen.
void DatabaseController::fill_auth_secret(Json& database) {
  if (!codec::string_at(database, {"spec", "authSecret", "name"}).empty()) return;
  Json patch = Json::object();
  patch["spec"]["authSecret"] = Json::object({{"kind", "Secret"}, {"name", auth_secret_name(database)}});
  database = writer_.patch(Kind::database, database, patch);
}

void DatabaseController::make_secrets(const Json& database) {
  const std::string ns = codec::namespace_of(database);
  const std::string given = codec::string_at(database, {"spec", "configuration", "secretName"});
  const std::string encoded = given.empty() ? "" : secret_text(store_.find(Kind::secret, ns, given), "mssql.conf");
  const auto password = [&](std::string_view secret) {
    return world::Random(world_.seed, fmt::format("password {}/{}", ns, secret))
        .text(kPasswordLength, password_alphabet());
  };
  for (const Json& secret : build_secrets(database, password, base64_decode(encoded), world_.clock.wall_now())) {
    writer_.ensure_exists(secret);
  }
}

void DatabaseController::make_certificates(const Json& database) {
  const std::vector<Json> certificates = build_certificates(database);
  const std::vector<std::string> aliases = certificate_aliases(database);
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (writer_.ensure(certificates[i]) != Writer::Change::created) continue;
    writer_.event(database, "Normal", "Successful",
                  fmt::format("Successfully created MSSQLServer {} certificates", aliases[i]), kOpsManager);
  }
}

void DatabaseController::make_services(const Json& database) {
  const std::string governing = name_with_suffix(codec::name_of(database), "pods");
  for (const Json& service : build_services(database)) {
    if (writer_.ensure(service) != Writer::Change::created) continue;
    writer_.event(database, "Normal", "Successful",
                  codec::name_of(service) == governing ? "Successfully created governing service"
                                                       : "Successfully created Service");
  }
}

void DatabaseController::make_petsets(const Json& database, const Json& version) {
  for (const Json& petset : build_petsets(database, version)) {
    if (writer_.ensure(petset) != Writer::Change::created) continue;
    writer_.event(database, "Normal", "Successful", "Successfully created PetSet");
  }
  if (needs_arbiter(database)) return;
  const std::optional<Json> arbiter =
      store_.find(Kind::petset, codec::namespace_of(database), name_with_suffix(codec::name_of(database), "arbiter"));
  if (arbiter && !is_terminating(*arbiter)) writer_.remove(Kind::petset, *arbiter);
}

}  // namespace dba::sandbox::kubedb
