#include "operator/objects/services.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr int kSqlPort = 1433, kMirrorPort = 5022, kMetricsPort = 9399;

Json port(std::string_view name, int number, std::string_view target) {
  return Json::object({{"name", name}, {"port", number}, {"protocol", "TCP"}, {"targetPort", target}});
}

Json service(const Json& database, std::string_view name, Json spec) {
  return Json::object({{"apiVersion", "v1"},
                       {"kind", "Service"},
                       {"metadata", offshoot_metadata(database, name)},
                       {"spec", std::move(spec)}});
}

Json selector(const Json& database, std::string_view role) {
  Json labels = selector_labels(codec::name_of(database));
  if (!role.empty()) labels[std::string(kRoleLabel)] = role;
  return labels;
}

Json client_service(const Json& database, std::string_view name, std::string_view role) {
  Json ports = Json::array({port(role, kSqlPort, "db")});
  if (role == "primary" && is_distributed(database)) ports.push_back(port("mirror", kMirrorPort, "mirror"));
  return service(database, name,
                 Json::object({{"type", "ClusterIP"}, {"ports", ports}, {"selector", selector(database, role)}}));
}

Json governing_service(const Json& database, std::string_view name) {
  Json ports = Json::array({port("db", kSqlPort, "db")});
  if (is_distributed(database)) ports.push_back(port("mirror", kMirrorPort, "mirror"));
  return service(database, name,
                 Json::object({{"type", "ClusterIP"},
                               {"clusterIP", "None"},
                               {"publishNotReadyAddresses", true},
                               {"ports", ports},
                               {"selector", selector(database, "")}}));
}

Json stats_service(const Json& database, std::string_view agent) {
  Json object = service(database, stats_service_name(codec::name_of(database)),
                        Json::object({{"type", "ClusterIP"},
                                      {"ports", Json::array({port("metrics", kMetricsPort, "metrics")})},
                                      {"selector", selector(database, "")}}));
  object["metadata"]["labels"][std::string(kRoleLabel)] = "stats";
  object["metadata"]["annotations"]["monitoring.appscode.com/agent"] = agent;
  return object;
}

/// spec.serviceTemplates[]: metadata is added, spec replaces field by field, ports lend their nodePort by name.
void lay_template_over(Json& object, const Json& database, std::string_view alias) {
  const Json* found = find_entry(codec::find_at(database, {"spec", "serviceTemplates"}), "alias", alias);
  if (found == nullptr) return;
  for (const char* part : {"labels", "annotations"}) {
    const Json* wanted = codec::find_at(*found, {"metadata", part});
    if (wanted != nullptr && wanted->is_object()) object_in(object["metadata"], part).update(*wanted);
  }
  const Json* spec = codec::find_at(*found, {"spec"});
  if (spec == nullptr || !spec->is_object()) return;
  for (const auto& [key, value] : spec->items()) {
    if (key != "ports") object["spec"][key] = value;
  }
  for (Json& each : object["spec"]["ports"]) {
    const Json* wanted = find_entry(codec::find_at(*spec, {"ports"}), "name", codec::string_at(each, {"name"}));
    if (wanted != nullptr) each.update(*wanted);
  }
}

}  // namespace

std::vector<Json> build_services(const Json& database) {
  const std::string name = codec::name_of(database);
  std::vector<Json> services{client_service(database, name, "primary")};
  lay_template_over(services.back(), database, "primary");
  if (is_cluster(database)) {
    services.push_back(client_service(database, secondary_service_name(name), "secondary"));
    lay_template_over(services.back(), database, "secondary");
  }
  services.push_back(governing_service(database, name_with_suffix(name, "pods")));
  const std::string agent = codec::string_at(database, {"spec", "monitor", "agent"});
  if (!agent.empty()) {
    services.push_back(stats_service(database, agent));
    lay_template_over(services.back(), database, "stats");
  }
  return services;
}

}  // namespace dba::sandbox::kubedb
