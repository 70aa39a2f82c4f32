#include "operator/objects/secrets.hpp"

#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

#include "operator/database.hpp"
#include "operator/objects/mssql_conf.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json secret(const Json& database, std::string_view name, std::string_view type, Json data) {
  return Json::object({{"apiVersion", "v1"},
                       {"kind", "Secret"},
                       {"metadata", offshoot_metadata(database, name)},
                       {"type", type},
                       {"data", std::move(data)}});
}

Json password_secret(const Json& database, std::string_view name, const NewPassword& new_password) {
  return secret(database, name, "kubernetes.io/basic-auth",
                Json::object({{"password", base64_encode(new_password(name))}}));
}

bool brings(const Json& database, codec::Path path) { return !codec::string_at(database, path).empty(); }

/// Persistent ones outlive the database unless WipeOut says otherwise, so nothing owns them.
Json persistent(Json object) {
  object["metadata"].erase("ownerReferences");
  return object;
}

}  // namespace

std::string_view password_alphabet() { return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"; }

std::vector<Json> build_secrets(const Json& database, const NewPassword& new_password, std::string_view user_config,
                                WallTime now) {
  std::vector<Json> secrets;
  if (!brings(database, {"spec", "authSecret", "name"}) ||
      auth_secret_name(database) == name_with_suffix(codec::name_of(database), "auth")) {
    const std::string name = auth_secret_name(database);
    Json data = Json::object({{"password", base64_encode(new_password(name))}, {"username", base64_encode("sa")}});
    Json auth = secret(database, name, "kubernetes.io/basic-auth", std::move(data));
    auth["metadata"]["annotations"]["kubedb.com/auth-active-from"] = format_rfc3339(now);
    secrets.push_back(persistent(std::move(auth)));
  }
  const std::string conf = build_mssql_conf(database, user_config);
  secrets.push_back(persistent(
      secret(database, config_secret_name(database), "Opaque", Json::object({{"mssql.conf", base64_encode(conf)}}))));
  if (!is_cluster(database)) return secrets;
  if (!brings(database, {"spec", "topology", "availabilityGroup", "loginSecretName"})) {
    secrets.push_back(persistent(password_secret(database, login_secret_name(database), new_password)));
  }
  if (!brings(database, {"spec", "topology", "availabilityGroup", "masterKeySecretName"})) {
    secrets.push_back(persistent(password_secret(database, master_key_secret_name(database), new_password)));
  }
  return secrets;
}

std::vector<std::string> brought_secret_names(const Json& database) {
  std::vector<std::string> names;
  const auto add = [&](codec::Path path) {
    if (brings(database, path)) names.push_back(codec::string_at(database, path));
  };
  if (auth_secret_name(database) != name_with_suffix(codec::name_of(database), "auth")) {
    names.push_back(auth_secret_name(database));
  }
  add({"spec", "configuration", "secretName"});
  add({"spec", "topology", "availabilityGroup", "loginSecretName"});
  add({"spec", "topology", "availabilityGroup", "masterKeySecretName"});
  add({"spec", "topology", "availabilityGroup", "endpointCertSecretName"});
  return names;
}

}  // namespace dba::sandbox::kubedb
