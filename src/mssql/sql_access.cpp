// Where the credentials of a database are, and the authority of its certificates.

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/pod_sql.hpp"

namespace dba::mssql {

namespace {

/// The Secret of a certificate: the one the object names, else KubeDB's.
std::string certificate_secret_of(const Json& database, std::string_view alias) {
  const Json* certificates = codec::find_at(database, {"spec", "tls", "certificates"});
  if (certificates != nullptr && certificates->is_array()) {
    for (const Json& certificate : *certificates) {
      const std::string secret = codec::string_at(certificate, {"secretName"});
      if (codec::string_at(certificate, {"alias"}) == alias && !secret.empty()) return secret;
    }
  }
  return certificate_secret_name(codec::name_of(database), alias);
}

/// One key of a Secret, decoded. @throws Error (denied) when it is not there.
std::string secret_value(const Json& secret, std::string_view key) {
  const std::string text = codec::string_at(secret, {"data", key});
  if (!text.empty()) return base64_decode(text);
  throw Error(ExitCode::denied, fmt::format("secret \"{}\" has no key \"{}\"", codec::name_of(secret), key));
}

Json get_secret(kube::Client& client, const std::string& ns, const std::string& name, std::string_view what) {
  if (std::optional<Json> secret = client.find(kube::resources::secrets, ns, name)) return *std::move(secret);
  throw Error({.code = ExitCode::denied,
               .message = fmt::format("secret \"{}\" with {} not found in namespace \"{}\"", name, what, ns),
               .hint = fmt::format("kubectl get secrets -n {}", shell_quote(ns)),
               .reason = "NotFound"});
}

}  // namespace

SqlAccess read_sql_access(kube::Client& client, const Json& database) {
  SqlAccess access{
      .ns = codec::namespace_of(database), .database = codec::name_of(database), .secret = auth_secret_of(database)};
  const Json auth = get_secret(client, access.ns, access.secret, "the login of SQL Server");
  access.user = secret_value(auth, "username");
  access.password = Secret(secret_value(auth, "password"));
  access.verify = codec::bool_at(database, {"spec", "tls", "clientTLS"});
  if (access.verify) {
    const Json client_certificate = get_secret(client, access.ns, certificate_secret_of(database, "client"),
                                               "the authority of SQL Server's certificate");
    access.authorities_pem = secret_value(client_certificate, "ca.crt");
  }
  return access;
}

}  // namespace dba::mssql
