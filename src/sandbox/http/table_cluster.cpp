// How nodes, namespaces, events, leases and service accounts are printed. @source kube-apiserver 1.36.

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

std::string node_status(const Json& node) {
  const Json* ready = codec::condition_of(node, "Ready");
  std::string status = "Unknown";
  if (ready != nullptr) status = codec::string_at(*ready, {"status"}) == "True" ? "Ready" : "NotReady";
  return codec::bool_at(node, {"spec", "unschedulable"}) ? status + ",SchedulingDisabled" : status;
}

std::string node_roles(const Json& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  if (const Json* labels = codec::find_at(node, {"metadata", "labels"}); labels != nullptr && labels->is_object()) {
    for (const auto& [key, value] : labels->items()) {
      if (key.starts_with(kPrefix) && key.size() > kPrefix.size()) roles.insert(key.substr(kPrefix.size()));
      if (key == "kubernetes.io/role" && value.is_string() && value != "") roles.insert(value.get<std::string>());
    }
  }
  return or_text(join(std::vector<std::string>(roles.begin(), roles.end()), ","), "<none>");
}

std::string node_address(const Json& node, std::string_view type) {
  for (const Json* address : items_at(node, {"status", "addresses"})) {
    if (codec::string_at(*address, {"type"}) == type) return codec::string_at(*address, {"address"});
  }
  return "<none>";
}

Json node_cells(const Json& node, WallTime now) {
  const auto info = [&node](std::string_view field) { return codec::string_at(node, {"status", "nodeInfo", field}); };
  const std::string kernel = or_text(info("kernelVersion"), "<unknown>");
  return Json::array({codec::name_of(node), node_status(node), node_roles(node), age_of(node, now),
                      info("kubeletVersion"), node_address(node, "InternalIP"), node_address(node, "ExternalIP"),
                      or_text(info("osImage"), "<unknown>"),
                      info("architecture").empty() ? kernel : fmt::format("{} ({})", kernel, info("architecture")),
                      or_text(info("containerRuntimeVersion"), "<unknown>")});
}

Json namespace_cells(const Json& object, WallTime now) {
  return Json::array({codec::name_of(object), codec::string_at(object, {"status", "phase"}), age_of(object, now)});
}

Json lease_cells(const Json& object, WallTime now) {
  return Json::array(
      {codec::name_of(object), codec::string_at(object, {"spec", "holderIdentity"}), age_of(object, now)});
}

std::string event_source(const Json& event) {
  const std::string component =
      or_text(codec::string_at(event, {"source", "component"}), codec::string_at(event, {"reportingComponent"}));
  const std::string instance =
      or_text(codec::string_at(event, {"source", "host"}), codec::string_at(event, {"reportingInstance"}));
  return instance.empty() ? component : fmt::format("{}, {}", component, instance);
}

std::string event_object(const Json& event) {
  const std::string kind = to_lower(codec::string_at(event, {"involvedObject", "kind"}));
  const std::string name = codec::string_at(event, {"involvedObject", "name"});
  return name.empty() ? kind : fmt::format("{}/{}", kind, name);
}

Json event_cells(const Json& event, WallTime now) {
  const std::string first =
      since(or_text(codec::string_at(event, {"firstTimestamp"}), codec::string_at(event, {"eventTime"})), now);
  const std::string last_time = codec::string_at(event, {"lastTimestamp"});
  std::string last = last_time.empty() ? first : since(last_time, now);
  std::int64_t count = number_at(event, {"count"});
  if (const Json* series = codec::find_at(event, {"series"}); series != nullptr && series->is_object()) {
    last = since(codec::string_at(*series, {"lastObservedTime"}), now);
    count = number_at(*series, {"count"});
  } else if (count == 0) {
    count = 1;  // An event of the newer API that happened once has none.
  }
  return Json::array({last, codec::string_at(event, {"type"}), codec::string_at(event, {"reason"}), event_object(event),
                      codec::string_at(event, {"involvedObject", "fieldPath"}), event_source(event),
                      trim(codec::string_at(event, {"message"})), first, count, codec::name_of(event)});
}

}  // namespace

std::span<const TableKind> cluster_tables() {
  static const std::vector<TableColumn> event_columns{{"Last Seen", "When it was seen last."},
                                                      {"Type", "Normal or Warning."},
                                                      {"Reason", "Why, in one word."},
                                                      {"Object", "What it is about."},
                                                      {"Subobject", "The part it is about.", "string", 1},
                                                      {"Source", "Who reports it.", "string", 1},
                                                      {"Message", "What happened."},
                                                      {"First Seen", "When it was seen first.", "string", 1},
                                                      {"Count", "How often it was seen.", "string", 1},
                                                      {"Name", kNameColumn.description, "string", 1}};
  static const std::vector<TableKind> kinds{
      {"",
       "nodes",
       {kNameColumn,
        {"Status", "The status of the node"},
        {"Roles", "The roles of the node"},
        kAgeColumn,
        {"Version", "The kubelet's version."},
        {"Internal-IP", "Its address inside the cluster.", "string", 1},
        {"External-IP", "Its address outside the cluster.", "string", 1},
        {"OS-Image", "Its operating system.", "string", 1},
        {"Kernel-Version", "Its kernel.", "string", 1},
        {"Container-Runtime", "Its container runtime.", "string", 1}},
       node_cells},
      {"", "namespaces", {kNameColumn, {"Status", "The status of the namespace"}, kAgeColumn}, namespace_cells},
      {"", "events", event_columns, event_cells},
      {"coordination.k8s.io", "leases", {kNameColumn, {"Holder", "Who holds the lease."}, kAgeColumn}, lease_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
