// How services and their endpoints are printed. @source kube-apiserver 1.36.

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::size_t kShown = 3;  ///< Ports and endpoints of a slice before "+ n more...".

std::vector<std::string> strings_at(const Json& object, codec::Path path) {
  std::vector<std::string> values;
  for (const Json* item : items_at(object, path)) {
    if (item->is_string()) values.push_back(item->get<std::string>());
  }
  return values;
}

std::vector<std::string> load_balancer_addresses(const Json& service) {
  std::set<std::string> addresses;
  for (const Json* ingress : items_at(service, {"status", "loadBalancer", "ingress"})) {
    const std::string address = or_text(codec::string_at(*ingress, {"ip"}), codec::string_at(*ingress, {"hostname"}));
    if (!address.empty()) addresses.insert(address);
  }
  return {addresses.begin(), addresses.end()};
}

std::string external_address(const Json& service) {
  const std::string type = codec::string_at(service, {"spec", "type"}, "ClusterIP");
  std::vector<std::string> addresses = strings_at(service, {"spec", "externalIPs"});
  if (type == "ExternalName") return codec::string_at(service, {"spec", "externalName"});
  if (type == "ClusterIP" || type == "NodePort") return or_text(join(addresses, ","), "<none>");
  if (type != "LoadBalancer") return "<unknown>";
  const std::vector<std::string> balancer = load_balancer_addresses(service);
  addresses.insert(addresses.begin(), balancer.begin(), balancer.end());
  return or_text(join(addresses, ","), "<pending>");
}

std::string service_ports(const Json& service) {
  std::vector<std::string> ports;
  for (const Json* port : items_at(service, {"spec", "ports"})) {
    const std::int64_t number = number_at(*port, {"port"}), node_port = number_at(*port, {"nodePort"});
    const std::string protocol = codec::string_at(*port, {"protocol"}, "TCP");
    ports.push_back(node_port > 0 ? fmt::format("{}:{}/{}", number, node_port, protocol)
                                  : fmt::format("{}/{}", number, protocol));
  }
  return or_text(join(ports, ","), "<none>");
}

std::string cluster_address(const Json& service) {
  const std::vector<std::string> addresses = strings_at(service, {"spec", "clusterIPs"});
  return or_text(addresses.empty() ? codec::string_at(service, {"spec", "clusterIP"}) : addresses.front(), "<none>");
}

Json service_cells(const Json& service, WallTime now) {
  return Json::array({codec::name_of(service), codec::string_at(service, {"spec", "type"}, "ClusterIP"),
                      cluster_address(service), external_address(service), service_ports(service), age_of(service, now),
                      labels_text(codec::find_at(service, {"spec", "selector"}))});
}

/// "a,b,c + 2 more...", "<unset>" for none.
std::string first_few(const std::vector<std::string>& values) {
  if (values.empty()) return "<unset>";
  const auto shown = std::span(values).first(std::min(values.size(), kShown));
  const std::string text = join(shown, ",");
  return values.size() > kShown ? fmt::format("{} + {} more...", text, values.size() - kShown) : text;
}

/// "10.0.0.1:1433,10.0.0.2:1433"; "<none>" without a subset, and nothing for one with no ready address.
std::string ready_addresses(const Json& endpoints) {
  const std::vector<const Json*> subsets = items_at(endpoints, {"subsets"});
  if (subsets.empty()) return "<none>";
  std::vector<std::string> values;
  for (const Json* subset : subsets) {
    for (const Json* port : items_at(*subset, {"ports"})) {
      for (const Json* address : items_at(*subset, {"addresses"})) {
        values.push_back(fmt::format("{}:{}", codec::string_at(*address, {"ip"}), number_at(*port, {"port"})));
      }
    }
  }
  return values.empty() ? "" : first_few(values);
}

Json endpoints_cells(const Json& endpoints, WallTime now) {
  return Json::array({codec::name_of(endpoints), ready_addresses(endpoints), age_of(endpoints, now)});
}

Json endpoint_slice_cells(const Json& slice, WallTime now) {
  std::vector<std::string> ports, endpoints;
  for (const Json* port : items_at(slice, {"ports"})) {
    const std::optional<std::int64_t> number = codec::int_at(*port, {"port"});
    ports.push_back(number ? std::to_string(*number) : codec::string_at(*port, {"name"}, "*"));
  }
  for (const Json* endpoint : items_at(slice, {"endpoints"})) {
    for (std::string& address : strings_at(*endpoint, {"addresses"})) endpoints.push_back(std::move(address));
  }
  return Json::array({codec::name_of(slice), codec::string_at(slice, {"addressType"}), first_few(ports),
                      first_few(endpoints), age_of(slice, now)});
}

}  // namespace

std::span<const TableKind> network_tables() {
  static const std::vector<TableKind> kinds{
      {"",
       "services",
       {kNameColumn,
        {"Type", "How the service is exposed."},
        {"Cluster-IP", "Its address inside the cluster."},
        {"External-IP", "Its addresses outside the cluster."},
        {"Port(s)", "The ports that it exposes."},
        kAgeColumn,
        {"Selector", "Which pods it routes to.", "string", 1}},
       service_cells},
      {"", "endpoints", {kNameColumn, {"Endpoints", "The addresses and ports."}, kAgeColumn}, endpoints_cells},
      {"discovery.k8s.io",
       "endpointslices",
       {kNameColumn,
        {"AddressType", "The type of the addresses."},
        {"Ports", "The ports of each endpoint."},
        {"Endpoints", "The addresses."},
        kAgeColumn},
       endpoint_slice_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
