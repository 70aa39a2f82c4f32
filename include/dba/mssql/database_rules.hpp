#pragma once
// Every rule an MSSQLServer must obey: the admission webhook's, what it forgets, and what is merely unwise. All of an
// object's violations are found at once. Rules that need something from the cluster take the fetched objects.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/findings.hpp"
#include "dba/mssql/versions.hpp"

namespace dba::mssql {

/// Rules on the object alone, after flags and --set: shape (unknown and mis-typed fields), webhook rules, and what the
/// server does not check. Contacts nothing.
/// @param version_required false for `create` and `apply` of an object whose version the catalog will give.
Findings check_database(const Json& database, bool version_required = true);

/// The version against the catalog: unknown (lists the choices), deprecated or at its end of life.
Findings check_version(const Json& database, std::span<const CatalogVersion> catalog);

/// The StorageClass the object names (or the default one) among the cluster's classes.
Findings check_storage_class(const Json& database, const std::vector<Json>& storage_classes);

/// The issuer of spec.tls.issuerRef. A missing issuer is an error; one that is not Ready is a warning, because it may
/// become so. @param issuer nullptr when it does not exist.
Findings check_issuer(const Json& database, const Json* issuer);

/// The secret of spec.authSecret: type kubernetes.io/basic-auth, username sa, a password. Externally managed and
/// virtual secrets are not judged. @param secret nullptr when it does not exist.
Findings check_auth_secret(const Json& database, const Json* secret);

/// A secret or ConfigMap the object refers to by name and the keys it must hold.
struct NamedReference {
  std::string_view path;  ///< Field that names it.
  std::string_view flag;
  std::string_view kind;  ///< "Secret" or "ConfigMap"
  std::string name;
  std::vector<std::string_view> keys;  ///< Empty = any.
};
/// Configuration secret, init script, and the secrets a distributed secondary shares (not the auth secret).
std::vector<NamedReference> references_of(const Json& database);
/// @param found nullptr when it does not exist.
Findings check_reference(const NamedReference& reference, const Json* found);

/// What `apply` would change on a live object that the server accepts but that goes past the operator's safe way: a
/// smaller volume is an error; version, replicas, resources, storage and TLS changes are warnings naming the ops
/// command.
Findings check_change(const Json& live, const Json& desired);

/// Where the licence terms stand that --accept-eula accepts.
std::string_view licence_address();

}  // namespace dba::mssql
