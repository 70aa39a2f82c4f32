#include "http/discovery.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::http {

namespace {

struct Subresource {
  std::string_view name;
  std::vector<std::string_view> verbs;
  std::string_view group, version, kind;  ///< Empty = those of the parent.
};

/// @source discovery of kube-apiserver 1.36.
Subresource describe_subresource(std::string_view name) {
  if (name == "exec" || name == "portforward" || name == "attach") {
    const std::string_view kind = name == "exec"     ? "PodExecOptions"
                                  : name == "attach" ? "PodAttachOptions"
                                                     : "PodPortForwardOptions";
    return {name, {"create", "get"}, "", "v1", kind};
  }
  if (name == "log") return {name, {"get"}, "", "", ""};
  if (name == "eviction") return {name, {"create"}, "policy", "v1", "Eviction"};
  if (name == "token") return {name, {"create"}, "authentication.k8s.io", "v1", "TokenRequest"};
  if (name == "binding") return {name, {"create"}, "", "v1", "Binding"};
  if (name == "scale") return {name, {"get", "patch", "update"}, "autoscaling", "v1", "Scale"};
  if (name == "finalize") return {name, {"update"}, "", "", ""};
  return {name, {"get", "patch", "update"}, "", "", ""};
}

bool in_group_version(std::string_view group, std::string_view version, const api::Resource& type) {
  return type.group == group && type.version == version;
}

/// Custom resources list their verbs in an order of their own.
Json verbs_of(const api::Resource& type) {
  if (!type.custom) return type.verbs;
  Json verbs = Json::array();
  for (const char* verb : {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"}) {
    if (type.has_verb(verb)) verbs.push_back(verb);
  }
  return verbs;
}

// ---- The aggregated form ----

Json response_kind(std::string_view group, std::string_view version, std::string_view kind) {
  return Json{{"group", group}, {"version", version}, {"kind", kind}};
}

Json aggregated_resource(const api::Resource& type) {
  Json out{{"resource", type.plural},
           {"responseKind", response_kind(type.group, type.version, type.kind)},
           {"scope", type.namespaced ? "Namespaced" : "Cluster"},
           {"singularResource", type.singular},
           {"verbs", verbs_of(type)}};
  if (!type.short_names.empty()) out["shortNames"] = type.short_names;
  if (!type.categories.empty()) out["categories"] = type.categories;
  for (const std::string& name : type.subresources) {
    const Subresource sub = describe_subresource(name);
    out["subresources"].push_back(
        {{"subresource", name},
         {"responseKind", sub.kind.empty() ? response_kind(type.group, type.version, type.kind)
                                           : response_kind(sub.group, sub.version, sub.kind)},
         {"verbs", sub.verbs}});
  }
  return out;
}

Json aggregated_version(std::string_view group, const std::string& version) {
  Json resources = Json::array();
  for (const api::Resource& type : api::resources()) {
    if (in_group_version(group, version, type)) resources.push_back(aggregated_resource(type));
  }
  return Json{{"version", version}, {"resources", resources}, {"freshness", "Current"}};
}

Json aggregated(const std::vector<ApiGroup>& groups) {
  Json items = Json::array();
  for (const ApiGroup& group : groups) {
    Json versions = Json::array();
    for (const std::string& version : group.versions) versions.push_back(aggregated_version(group.name, version));
    Json metadata = Json::object();
    if (!group.name.empty()) metadata["name"] = group.name;
    items.push_back({{"metadata", metadata}, {"versions", versions}});
  }
  return Json{{"kind", "APIGroupDiscoveryList"},
              {"apiVersion", "apidiscovery.k8s.io/v2"},
              {"metadata", Json::object()},
              {"items", items}};
}

// ---- The old form ----

Json group_versions(const ApiGroup& group) {
  Json versions = Json::array();
  for (const std::string& version : group.versions) {
    versions.push_back({{"groupVersion", group.name + "/" + version}, {"version", version}});
  }
  return versions;
}

Json group_object(const ApiGroup& group) {
  const Json versions = group_versions(group);
  return Json{{"name", group.name}, {"versions", versions}, {"preferredVersion", versions.front()}};
}

Json resource_list(std::string_view group, std::string_view version) {
  Json resources = Json::array();
  for (const api::Resource& type : api::resources()) {
    if (!in_group_version(group, version, type)) continue;
    Json entry{{"name", type.plural},
               {"singularName", type.singular},
               {"namespaced", type.namespaced},
               {"kind", type.kind},
               {"verbs", verbs_of(type)}};
    if (!type.short_names.empty()) entry["shortNames"] = type.short_names;
    if (!type.categories.empty()) entry["categories"] = type.categories;
    resources.push_back(std::move(entry));
    for (const std::string& name : type.subresources) {
      const Subresource sub = describe_subresource(name);
      Json row{{"name", type.plural + "/" + name}, {"singularName", ""}, {"namespaced", type.namespaced}};
      if (!sub.kind.empty() && !sub.group.empty()) row["group"] = sub.group;
      if (!sub.kind.empty() && !sub.group.empty()) row["version"] = sub.version;
      row["kind"] = sub.kind.empty() ? std::string_view(type.kind) : sub.kind;
      row["verbs"] = sub.verbs;
      resources.push_back(std::move(row));
    }
  }
  return Json{{"kind", "APIResourceList"},
              {"apiVersion", "v1"},
              {"groupVersion", group.empty() ? std::string(version) : fmt::format("{}/{}", group, version)},
              {"resources", resources}};
}

Json version_info() {
  return Json{{"major", "1"},
              {"minor", "36"},
              {"gitVersion", "v1.36.3"},
              {"gitCommit", "0000000000000000000000000000000000000000"},
              {"gitTreeState", "clean"},
              {"buildDate", "2026-01-01T00:00:00Z"},
              {"goVersion", "none: simulated"},
              {"compiler", "gc"},
              {"platform", "linux/amd64"}};
}

Answer json_answer(const Json& body) { return {.body = codec::compact_json(body) + "\n"}; }

Answer root_answer(const Request& request, const std::vector<ApiGroup>& groups, const Json& old_form) {
  if (request.header("accept").find("as=APIGroupDiscoveryList") == std::string::npos) return json_answer(old_form);
  Answer answer = json_answer(aggregated(groups));
  answer.content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  answer.headers.emplace_back("Vary", "Accept");
  return answer;
}

Json all_groups(const std::vector<ApiGroup>& groups) {
  Json list = Json::array();
  for (const ApiGroup& group : groups) list.push_back(group_object(group));
  return Json{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", list}};
}

Json core_versions() {
  return Json{
      {"kind", "APIVersions"}, {"versions", Json::array({"v1"})}, {"serverAddressByClientCIDRs", Json::array()}};
}

/// What `/` lists.
Json all_paths() {
  Json paths = Json::array({"/api", "/api/v1", "/apis"});
  for (const ApiGroup& group : api_groups()) {
    paths.push_back("/apis/" + group.name);
    for (const std::string& version : group.versions) paths.push_back(fmt::format("/apis/{}/{}", group.name, version));
  }
  for (const char* path : {"/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"})
    paths.push_back(path);
  return Json{{"paths", paths}};
}

}  // namespace

std::vector<ApiGroup> api_groups() {
  std::vector<ApiGroup> groups;
  const auto add = [&groups](std::string_view name, std::string_view version) {
    if (name.empty()) return;
    auto group = std::find_if(groups.begin(), groups.end(), [name](const ApiGroup& g) { return g.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {std::string(name), {}});
    if (std::find(group->versions.begin(), group->versions.end(), version) == group->versions.end()) {
      group->versions.emplace_back(version);
    }
  };
  for (const api::Resource& type : api::resources()) add(type.group, type.version);
  return groups;
}

std::optional<Answer> discover(const Request& request, const std::vector<std::string>& segments) {
  if (segments.empty()) return json_answer(all_paths());
  if (segments == std::vector<std::string>{"version"}) return json_answer(version_info());
  if (segments == std::vector<std::string>{"api"}) return root_answer(request, {{"", {"v1"}}}, core_versions());
  if (segments == std::vector<std::string>{"api", "v1"}) return json_answer(resource_list("", "v1"));
  if (segments[0] != "apis" || segments.size() > 3) return std::nullopt;
  const std::vector<ApiGroup> groups = api_groups();
  if (segments.size() == 1) return root_answer(request, groups, all_groups(groups));
  const auto group =
      std::find_if(groups.begin(), groups.end(), [&segments](const ApiGroup& g) { return g.name == segments[1]; });
  if (group == groups.end()) return std::nullopt;
  if (segments.size() == 2) {
    Json body{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
    body.update(group_object(*group));
    return json_answer(body);
  }
  if (std::find(group->versions.begin(), group->versions.end(), segments[2]) == group->versions.end()) {
    return std::nullopt;
  }
  return json_answer(resource_list(group->name, segments[2]));
}

}  // namespace dba::sandbox::http
