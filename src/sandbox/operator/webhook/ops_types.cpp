#include "operator/webhook/ops_types.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/quantity.hpp"

#include "operator/database.hpp"
#include "operator/webhook/version_constraint.hpp"

namespace dba::sandbox::kubedb {

namespace {

using Found = std::optional<OpsProblem>;

struct Subject {
  const Json& request;
  const Json& database;
  const Lookup& lookup;

  /// A part of the request's spec; nullptr when it is absent or null.
  const Json* spec(std::initializer_list<std::string_view> path) const {
    const Json* at = codec::find_at(request, {"spec"});
    for (const std::string_view step : path) at = at == nullptr ? nullptr : codec::find_at(*at, {step});
    return at == nullptr || at->is_null() ? nullptr : at;
  }
  std::string text(std::initializer_list<std::string_view> path) const {
    const Json* found = spec(path);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
  }
  std::string ns() const { return codec::namespace_of(request); }
  std::optional<Json> secret(std::string_view name) const { return lookup("v1", "Secret", ns(), name); }
};

OpsProblem problem(std::string field, std::string message) { return {std::move(field), std::move(message)}; }

std::optional<Quantity> quantity_of(const Json* value) {
  if (value == nullptr) return std::nullopt;
  return Quantity::try_parse(value->is_string() ? value->get<std::string>() : value->dump());
}

bool not_begun(const Json& request) {
  const std::string phase = codec::string_at(request, {"status", "phase"});
  return phase.empty() || phase == "Pending";
}

Found check_restart(const Subject&) { return std::nullopt; }

Found check_vertical(const Subject& subject) {
  constexpr const char* kField = "spec.verticalScaling";
  if (subject.spec({"verticalScaling"}) == nullptr) {
    return problem(kField, "`spec.verticalScaling` is nil. Not supported in VerticalScaling type");
  }
  for (const std::string_view part : {"mssqlserver", "coordinator", "arbiter", "exporter"}) {
    if (subject.spec({"verticalScaling", part}) != nullptr) return std::nullopt;
  }
  return problem(kField,
                 "`spec.verticalScaling.MSSQLServer`, `spec.verticalScaling.Coordinator`, "
                 "`spec.verticalScaling.Arbiter`, `spec.verticalScaling.Exporter` at least any of them should be "
                 "present in vertical scaling ops request");
}

Found check_volume(const Subject& subject) {
  constexpr const char* kField = "spec.volumeExpansion";
  if (subject.spec({"volumeExpansion"}) == nullptr) {
    return problem(kField, "spec.volumeExpansion is nil, not supported in VolumeExpansion type");
  }
  const Json* wanted = subject.spec({"volumeExpansion", "mssqlserver"});
  if (wanted == nullptr) return problem(kField, "spec.volumeExpansion.mssqlserver can not be empty");
  if (codec::find_at(subject.database, {"spec", "storage"}) == nullptr) {
    return problem(kField, "storage not configured for MSSQLServer");
  }
  const std::optional<Quantity> current =
      quantity_of(codec::find_at(subject.database, {"spec", "storage", "resources", "requests", "storage"}));
  if (!current) return problem(kField, "failed to parse current MSSQLServer storage size");
  const std::optional<Quantity> desired = quantity_of(wanted);
  if (!not_begun(subject.request) || (desired && *desired > *current)) return std::nullopt;
  return problem(kField, fmt::format("desired MSSQLServer storage size must be greater than current storage. Current "
                                     "storage: {}",
                                     current->canonical()));
}

Found check_horizontal(const Subject& subject) {
  constexpr const char* kField = "spec.horizontalScaling";
  if (subject.spec({"horizontalScaling"}) == nullptr) {
    return problem(kField, "`spec.horizontalScaling` is nil. Not supported in HorizontalScaling type");
  }
  const Json* replicas = subject.spec({"horizontalScaling", "replicas"});
  if (replicas == nullptr) {
    return problem(kField, "`spec.horizontalScaling.replicas` can't be nil in HorizontalScaling ops request");
  }
  if (replicas->is_number() && replicas->get<std::int64_t>() > 0) return std::nullopt;
  return problem(kField, "`spec.horizontalScaling.replicas` can't be less than or equal 0");
}

Found check_reconfigure(const Subject& subject) {
  constexpr const char* kField = "spec.configuration";
  const Json* configuration = subject.spec({"configuration"});
  if (configuration == nullptr) return problem(kField, "`spec.configuration` nil not supported in Reconfigure type");
  const Json* secret = subject.spec({"configuration", "configSecret"});
  const Json* apply = subject.spec({"configuration", "applyConfig"});
  if (secret == nullptr && apply == nullptr && !codec::bool_at(*configuration, {"removeCustomConfig"})) {
    return problem(kField, "at least one of `RemoveCustomConfig`, `ConfigSecret`, or `ApplyConfig` must be specified");
  }
  if (secret != nullptr) {
    const std::string name = codec::string_at(*secret, {"name"});
    const std::optional<Json> found = subject.secret(name);
    if (!found) return problem(kField, fmt::format("referenced config secret {}/{} not found", subject.ns(), name));
    if (codec::find_at(*found, {"data", "mssql.conf"}) == nullptr) {
      return problem(kField,
                     fmt::format("config secret {}/{} does not have file named 'mssql.conf'", subject.ns(), name));
    }
  }
  if (apply != nullptr && !apply->contains("mssql.conf")) {
    return problem(kField, "`spec.configuration.applyConfig` does not have file named 'mssql.conf'");
  }
  return std::nullopt;
}

Found check_version(const Subject& subject) {
  constexpr const char* kField = "spec.updateVersion";
  if (subject.spec({"updateVersion"}) == nullptr) {
    return problem(kField, "`spec.updateVersion` nil not supported in UpdateVersion type");
  }
  const std::string from = codec::string_at(subject.database, {"spec", "version"});
  const std::string to = subject.text({"updateVersion", "targetVersion"});
  const auto version = [&](const std::string& name) {
    return subject.lookup("catalog.kubedb.com/v1alpha1", "MSSQLServerVersion", "", name);
  };
  const std::optional<Json> current = version(from), target = version(to);
  const auto any_admits = [&](std::string_view list) {
    const Json* constraints = current ? codec::find_at(*current, {"spec", "updateConstraints", list}) : nullptr;
    return constraints != nullptr && std::any_of(constraints->begin(), constraints->end(), [&](const Json& one) {
             return one.is_string() && version_satisfies(codec::string_at(*target, {"spec", "version"}),
                                                         one.get_ref<const std::string&>());
           });
  };
  const Json* allowed = current ? codec::find_at(*current, {"spec", "updateConstraints", "allowlist"}) : nullptr;
  const bool all_allowed = allowed == nullptr || allowed->empty();
  if (current && target && (all_allowed || any_admits("allowlist")) && !any_admits("denylist")) return std::nullopt;
  return problem(kField, fmt::format("upgrade from version {} to {} is not supported", from, to));
}

Found check_tls(const Subject& subject) {
  constexpr const char* kField = "spec.tls";
  const Json* tls = subject.spec({"tls"});
  if (tls == nullptr) return problem(kField, "`spec.tls` nil not supported in ReconfigureTLS type");
  const bool issues = subject.spec({"tls", "issuerRef"}) != nullptr || subject.spec({"tls", "certificates"}) != nullptr;
  const int asked = (codec::bool_at(*tls, {"remove"}) ? 1 : 0) +
                    (codec::bool_at(*tls, {"rotateCertificates"}) ? 1 : 0) + (issues ? 1 : 0);
  if (asked == 0) return problem(kField, "no reconfiguration is provided in TLS Spec");
  if (asked == 1) return std::nullopt;
  return problem(kField,
                 "more than 1 field have assigned to spec.reconfigureTLS but at a time one is allowed to run one "
                 "operation");
}

std::string user_of(const std::optional<Json>& secret) {
  const std::string encoded = secret ? codec::string_at(*secret, {"data", "username"}) : "";
  try {
    return base64_decode(encoded);
  } catch (const Error&) {
    return {};
  }
}

Found check_auth(const Subject& subject) {
  constexpr const char* kField = "spec.authentication";
  if (subject.spec({"authentication", "secretRef"}) == nullptr) return std::nullopt;
  const std::string name = subject.text({"authentication", "secretRef", "name"});
  if (name.empty()) return problem(kField, "spec.authentication.secretRef.name can not be empty");
  const std::optional<Json> wanted = subject.secret(name);
  if (!wanted) return problem(kField, fmt::format("referenced secret {}/{} not found", subject.ns(), name));
  const std::optional<Json> current = subject.secret(auth_secret_name(subject.database));
  if (!current || user_of(current) == user_of(wanted)) return std::nullopt;
  return problem(kField, "database username cannot be changed");
}

Found check_migration(const Subject& subject) {
  constexpr const char* kField = "spec.migration";
  constexpr std::string_view kLate = "WaitForFirstConsumer";
  if (subject.spec({"migration"}) == nullptr) {
    return problem(kField, "spec.migration is required for StorageMigration type");
  }
  if (subject.spec({"migration", "storageClassName"}) == nullptr) {
    return problem(kField, "spec.migration.storageClassName is required");
  }
  if (subject.spec({"timeout"}) == nullptr) {
    return problem(kField,
                   "spec.timeout is required for Storage Migration ops request, adjust timeout according to the size "
                   "of your database");
  }
  const std::string old_name = codec::string_at(subject.database, {"spec", "storage", "storageClassName"});
  if (old_name.empty()) {
    return problem(kField, "db.Spec.Storage.StorageClassName can't be nil in the database yaml");
  }
  const std::string name = subject.text({"migration", "storageClassName"});
  const auto storage_class = [&](const std::string& wanted) {
    return subject.lookup("storage.k8s.io/v1", "StorageClass", "", wanted);
  };
  const std::optional<Json> wanted = storage_class(name), old = storage_class(old_name);
  if (!wanted) {
    return problem(kField,
                   fmt::format("storage class {0} not found: StorageClass.storage.k8s.io \"{0}\" not found", name));
  }
  const bool was_late = old && codec::string_at(*old, {"volumeBindingMode"}) == kLate;
  if (!was_late || codec::string_at(*wanted, {"volumeBindingMode"}) == kLate) return std::nullopt;
  return problem(kField, fmt::format("volume binding mode should be WaitForFirstConsumer for {} storageClass", name));
}

}  // namespace

std::optional<OpsProblem> find_ops_problem(const Json& request, const Json& database, const Lookup& lookup) {
  static const std::map<std::string, Found (*)(const Subject&), std::less<>> kChecks{
      {"Restart", check_restart},           {"VerticalScaling", check_vertical},
      {"VolumeExpansion", check_volume},    {"HorizontalScaling", check_horizontal},
      {"Reconfigure", check_reconfigure},   {"UpdateVersion", check_version},
      {"ReconfigureTLS", check_tls},        {"RotateAuth", check_auth},
      {"StorageMigration", check_migration}};
  return kChecks.at(codec::string_at(request, {"spec", "type"}))({request, database, lookup});
}

}  // namespace dba::sandbox::kubedb
