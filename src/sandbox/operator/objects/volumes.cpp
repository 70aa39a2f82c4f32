#include "operator/objects/volumes.hpp"

#include <nlohmann/json.hpp>

#include "operator/database.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json mount(std::string_view volume, std::string_view path) {
  return Json::object({{"mountPath", path}, {"name", volume}});
}

Json secret_volume(std::string_view name, std::string_view secret) {
  Json volume = Json::object({{"name", name}});
  volume["secret"]["secretName"] = secret;
  return volume;
}

Json empty_volume(std::string_view name) { return Json::object({{"emptyDir", Json::object()}, {"name", name}}); }

Json item(std::string_view key, std::string_view path) { return Json::object({{"key", key}, {"path", path}}); }

Json projection(const std::string& secret, Json items) {
  return Json::object({{"secret", Json::object({{"items", std::move(items)}, {"name", secret}})}});
}

/// Certificates of server and client under the names that mssql.conf and the tools use.
Json tls_volume(const Json& database) {
  Json sources = Json::array();
  sources.push_back(projection(
      certificate_secret_name(database, "server"),
      Json::array({item("ca.crt", "ca.crt"), item("tls.crt", "server.crt"), item("tls.key", "server.key")})));
  sources.push_back(projection(certificate_secret_name(database, "client"),
                               Json::array({item("tls.crt", "client.crt"), item("tls.key", "client.key")})));
  Json volume = Json::object({{"name", "tls"}});
  volume["projected"]["sources"] = std::move(sources);
  return volume;
}

}  // namespace

void add_volumes(Json& volumes, const Json& database) {
  volumes.push_back(secret_volume("config", config_secret_name(database)));
  volumes.push_back(empty_volume("init-scripts"));
  if (is_cluster(database)) {
    volumes.push_back(secret_volume("endpoint-cert", certificate_secret_name(database, "endpoint")));
  }
  volumes.push_back(empty_volume("certs"));
  volumes.push_back(tls_volume(database));
  volumes.push_back(empty_volume("security-ca-certificates"));
  if (wants_client_tls(database)) volumes.push_back(empty_volume("cacerts"));
  if (!is_durable(database)) volumes.push_back(empty_volume("data"));
}

Json data_mount() { return mount("data", "/var/opt/mssql"); }

Json server_mounts(const Json& database) {
  Json conf = mount("config", "/var/opt/mssql/mssql.conf");
  conf["subPath"] = "mssql.conf";
  Json mounts = Json::array({data_mount(), std::move(conf), mount("init-scripts", "/scripts")});
  if (is_cluster(database)) mounts.push_back(mount("endpoint-cert", "/var/opt/mssql/endpoint-cert"));
  mounts.push_back(mount("certs", "/var/opt/mssql/certs"));
  mounts.push_back(mount("tls", "/var/opt/mssql/tls"));
  mounts.push_back(mount("security-ca-certificates", "/var/opt/mssql/security/ca-certificates"));
  if (wants_client_tls(database)) mounts.push_back(mount("cacerts", "/etc/ssl/certs"));
  return mounts;
}

Json coordinator_mounts() { return Json::array({data_mount(), mount("init-scripts", "/scripts")}); }
Json initializer_mounts() { return Json::array({data_mount(), mount("init-scripts", "/scripts")}); }

}  // namespace dba::sandbox::kubedb
