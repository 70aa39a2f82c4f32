// Rules that compare an MSSQLServer with what is in the cluster.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/names.hpp"

#include "flag_names.hpp"
#include "topology.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kDefaultClass = "storageclass.kubernetes.io/is-default-class";
constexpr std::string_view kNoProvisioner = "kubernetes.io/no-provisioner";

std::string decoded(const Json& secret, std::string_view key) {
  std::string plain = codec::string_at(secret, {"stringData", key});
  if (!plain.empty()) return plain;
  try {
    return base64_decode(codec::string_at(secret, {"data", key}));
  } catch (const Error&) {
    return {};
  }
}

std::string create_command(const IssuerRef& ref, const std::string& ns) {
  std::string command = fmt::format("kubectl dba mssql issuer create {}", shell_quote(ref.name));
  if (ref.cluster_wide()) return command + " --kind=cluster-issuer";
  return ns.empty() ? command : fmt::format("{} -n {}", command, shell_quote(ns));
}

void add_reference(std::vector<NamedReference>& references, const Json& database, std::string_view path,
                   codec::Path steps, std::string_view kind, std::vector<std::string_view> keys) {
  std::string name = codec::string_at(database, steps);
  if (!name.empty()) references.push_back({path, flag_for(path), kind, std::move(name), std::move(keys)});
}

}  // namespace

Findings check_version(const Json& database, std::span<const CatalogVersion> catalog) {
  Findings findings;
  const std::string name = codec::string_at(database, {"spec", "version"});
  const CatalogVersion* version = find_version(catalog, name);
  const std::vector<std::string> choices = version_choices(catalog);
  const std::string advice =
      choices.empty() ? "the catalog has no other" : fmt::format("choose from {}", join(choices, ", "));
  if (version == nullptr) {
    findings.error("spec.version", "--version", fmt::format("\"{}\" is not in the catalog, {}", name, advice));
  } else if (version->deprecated) {
    findings.error("spec.version", "--version", fmt::format("\"{}\" is deprecated, {}", name, advice));
  } else if (version->end_of_life) {
    findings.error("spec.version", "--version", fmt::format("\"{}\" is at its end of life, {}", name, advice));
  }
  return findings;
}

Findings check_storage_class(const Json& database, const std::vector<Json>& storage_classes) {
  Findings findings;
  const bool ephemeral = codec::string_at(database, {"spec", "storageType"}) == "Ephemeral";
  if (ephemeral || codec::find_at(database, {"spec", "storage"}) == nullptr) return findings;
  const std::string path = "spec.storage.storageClassName";
  const std::string wanted = codec::string_at(database, {"spec", "storage", "storageClassName"});
  std::vector<std::string> names;
  for (const Json& candidate : storage_classes) names.push_back(codec::name_of(candidate));
  const auto found = std::find_if(storage_classes.begin(), storage_classes.end(), [&wanted](const Json& candidate) {
    return wanted.empty() ? codec::annotation_of(candidate, kDefaultClass) == "true"
                          : codec::name_of(candidate) == wanted;
  });
  const std::string choices = names.empty() ? "the cluster has none" : fmt::format("choose from {}", join(names, ", "));
  if (found == storage_classes.end()) {
    findings.error(path, "--storage-class",
                   wanted.empty() ? fmt::format("is absent and the cluster has no default StorageClass, {}", choices)
                                  : fmt::format("StorageClass \"{}\" does not exist, {}", wanted, choices));
    return findings;
  }
  const std::string name = codec::name_of(*found);
  if (codec::string_at(*found, {"provisioner"}) == kNoProvisioner) {
    findings.warn(path, "--storage-class",
                  fmt::format("StorageClass \"{}\" makes no volumes itself, they must exist", name));
  }
  if (!codec::bool_at(*found, {"allowVolumeExpansion"})) {
    findings.warn(
        path, "--storage-class",
        fmt::format("StorageClass \"{}\" does not allow volumes to grow, a full disk can then only be left by "
                    "migration",
                    name));
  }
  return findings;
}

Findings check_issuer(const Json& database, const Json* issuer) {
  Findings findings;
  const IssuerRef ref = issuer_ref_of(database);
  if (ref.name.empty()) return findings;
  if (issuer == nullptr) {
    findings.error("spec.tls.issuerRef", "--issuer",
                   fmt::format("{} \"{}\" does not exist; make it with {}, or give --with-issuer", ref.kind, ref.name,
                               create_command(ref, codec::namespace_of(database))));
    return findings;
  }
  const IssuerReadiness readiness = issuer_readiness(*issuer);
  if (!readiness.ready) {
    findings.warn("spec.tls.issuerRef", "--issuer",
                  fmt::format("{} \"{}\" is not Ready{}{}", ref.kind, ref.name, readiness.message.empty() ? "" : ": ",
                              readiness.message));
  }
  return findings;
}

Findings check_auth_secret(const Json& database, const Json* secret) {
  Findings findings;
  const std::string name = codec::string_at(database, {"spec", "authSecret", "name"});
  const bool foreign = codec::bool_at(database, {"spec", "authSecret", "externallyManaged"}) ||
                       !codec::string_at(database, {"spec", "authSecret", "apiGroup"}).empty();
  if (name.empty() || foreign) return findings;
  const auto error = [&findings, &name](std::string_view what) {
    findings.error("spec.authSecret.name", "--auth-secret", fmt::format("Secret \"{}\" {}", name, what));
  };
  if (secret == nullptr) {
    error("does not exist");
    return findings;
  }
  const std::string type = codec::string_at(*secret, {"type"}, "Opaque");
  if (type != "kubernetes.io/basic-auth") error(fmt::format("has type {}, must have kubernetes.io/basic-auth", type));
  const std::string user = decoded(*secret, "username");
  if (user != "sa") error(fmt::format("has username \"{}\", must have \"sa\"", neutralise_controls(user)));
  if (decoded(*secret, "password").empty()) error("has no password");
  return findings;
}

std::vector<NamedReference> references_of(const Json& database) {
  std::vector<NamedReference> references;
  add_reference(references, database, "spec.configuration.secretName", {"spec", "configuration", "secretName"},
                "Secret", {"mssql.conf"});
  add_reference(references, database, "spec.init.script.configMap.name",
                {"spec", "init", "script", "configMap", "name"}, "ConfigMap", {});
  add_reference(references, database, "spec.init.script.secret.secretName",
                {"spec", "init", "script", "secret", "secretName"}, "Secret", {});
  add_reference(references, database, "spec.topology.availabilityGroup.loginSecretName",
                {"spec", "topology", "availabilityGroup", "loginSecretName"}, "Secret", {});
  add_reference(references, database, "spec.topology.availabilityGroup.masterKeySecretName",
                {"spec", "topology", "availabilityGroup", "masterKeySecretName"}, "Secret", {});
  add_reference(references, database, "spec.topology.availabilityGroup.endpointCertSecretName",
                {"spec", "topology", "availabilityGroup", "endpointCertSecretName"}, "Secret", {"tls.crt", "tls.key"});
  return references;
}

Findings check_reference(const NamedReference& reference, const Json* found) {
  Findings findings;
  if (found == nullptr) {
    findings.error(reference.path, reference.flag,
                   fmt::format("{} \"{}\" does not exist", reference.kind, reference.name));
    return findings;
  }
  for (const std::string_view key : reference.keys) {
    if (codec::find_at(*found, {"data", key}) != nullptr) continue;
    findings.error(reference.path, reference.flag,
                   fmt::format("{} \"{}\" has no key {}", reference.kind, reference.name, key));
  }
  return findings;
}

}  // namespace dba::mssql
