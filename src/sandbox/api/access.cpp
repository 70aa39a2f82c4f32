#include "api/access.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/core.hpp"
#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

bool is_master(const User& user) { return std::ranges::find(user.groups, "system:masters") != user.groups.end(); }

/// Whether one of the strings of rule[field] satisfies `fits`.
bool any_of_rule(const Json& rule, const char* field, const std::function<bool(const std::string&)>& fits) {
  const Json* values = member(rule, field);
  return values != nullptr && values->is_array() && std::ranges::any_of(*values, [&](const Json& value) {
           return value.is_string() && fits(value.get_ref<const std::string&>());
         });
}

bool names(const Json& rule, const char* field, const std::string& wanted) {
  return any_of_rule(rule, field, [&](const std::string& value) { return value == "*" || value == wanted; });
}

/// @source kubernetes pkg/apis/rbac/v1/evaluation_helpers.go
bool matches(const Json& rule, const Access& access) {
  if (!names(rule, "verbs", access.verb)) return false;
  if (!access.path.empty()) {
    return any_of_rule(rule, "nonResourceURLs", [&](const std::string& value) {
      return value == access.path ||
             (value.ends_with('*') && access.path.starts_with(value.substr(0, value.size() - 1)));
    });
  }
  const std::string whole = access.subresource.empty() ? access.resource : access.resource + "/" + access.subresource;
  const bool right_resource = any_of_rule(rule, "resources", [&](const std::string& value) {
    return value == "*" || value == whole || (!access.subresource.empty() && value == "*/" + access.subresource);
  });
  if (!right_resource || !names(rule, "apiGroups", access.group)) return false;
  const Json* only = member(rule, "resourceNames");
  return only == nullptr || only->empty() ||
         any_of_rule(rule, "resourceNames", [&](const std::string& value) { return value == access.name; });
}

/// The subject of the binding that the user is; nullptr when none.
const Json* subject_of(const Json& binding, const User& user) {
  const Json* subjects = member(binding, "subjects");
  if (subjects == nullptr || !subjects->is_array()) return nullptr;
  const auto found = std::ranges::find_if(*subjects, [&](const Json& subject) {
    const std::string kind = codec::string_at(subject, {"kind"}), name = codec::string_at(subject, {"name"});
    if (kind == "User") return name == user.name;
    if (kind == "Group") return std::ranges::find(user.groups, name) != user.groups.end();
    const std::string ns = codec::string_at(subject, {"namespace"}, codec::namespace_of(binding));
    return kind == "ServiceAccount" && user.name == fmt::format("system:serviceaccount:{}:{}", ns, name);
  });
  return found == subjects->end() ? nullptr : &*found;
}

std::string describe(const Json& binding, const Json& subject) {
  const std::string ns = codec::namespace_of(binding), kind = codec::string_at(subject, {"kind"});
  std::string who = codec::string_at(subject, {"name"});
  if (kind == "ServiceAccount") who += "/" + codec::string_at(subject, {"namespace"});
  return fmt::format("{} \"{}{}\" of {} \"{}\" to {} \"{}\"", codec::string_at(binding, {"kind"}),
                     codec::name_of(binding), ns.empty() ? "" : "/" + ns,
                     codec::string_at(binding, {"roleRef", "kind"}), codec::string_at(binding, {"roleRef", "name"}),
                     kind, who);
}

/// Goes through the rules that hold for a user in a namespace (empty = those of the cluster alone).
class Rules {
 public:
  Rules(const Core& core, const User& user, const std::string& ns) : core_(core), user_(user) {
    visit("clusterrolebindings", "");
    if (!ns.empty()) visit("rolebindings", ns);
  }
  struct Row {
    Json rule{};
    std::string source{};
  };
  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  void visit(std::string_view bindings, const std::string& ns) {
    for (const Object& binding : core_.collection(*find_resource(kRbacGroup, "v1", bindings))->snapshot(ns).items) {
      if (const Json* subject = subject_of(*binding, user_)) take(*binding, *subject);
    }
  }
  void take(const Json& binding, const Json& subject) {
    const bool of_cluster = codec::string_at(binding, {"roleRef", "kind"}) == "ClusterRole";
    const std::string name = codec::string_at(binding, {"roleRef", "name"});
    const Resource& type = *find_resource(kRbacGroup, "v1", of_cluster ? "clusterroles" : "roles");
    const Object role = core_.find({&type, codec::namespace_of(binding), name});
    if (role == nullptr) {
      missing_.push_back(fmt::format("{}.{} \"{}\" not found", type.singular, kRbacGroup, name));
      return;
    }
    const Json* rules = member(*role, "rules");
    if (rules == nullptr || !rules->is_array()) return;
    for (const Json& rule : *rules) rows_.push_back({rule, describe(binding, subject)});
  }

  const Core& core_;
  const User& user_;
  std::vector<Row> rows_{};
  std::vector<std::string> missing_{};
};

Json role(std::string_view name, Json rules) {
  return {{"apiVersion", "rbac.authorization.k8s.io/v1"},
          {"kind", "ClusterRole"},
          {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/bootstrapping", "rbac-defaults"}}}}},
          {"rules", std::move(rules)}};
}

Json binding(std::string_view name, const std::vector<std::string>& groups) {
  Json subjects = Json::array();
  for (const std::string& group : groups)
    subjects.push_back({{"apiGroup", kRbacGroup}, {"kind", "Group"}, {"name", group}});
  return {{"apiVersion", "rbac.authorization.k8s.io/v1"},
          {"kind", "ClusterRoleBinding"},
          {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/bootstrapping", "rbac-defaults"}}}}},
          {"roleRef", {{"apiGroup", kRbacGroup}, {"kind", "ClusterRole"}, {"name", name}}},
          {"subjects", std::move(subjects)}};
}

Json resource_rule(const std::vector<std::string>& groups, const std::vector<std::string>& resources,
                   const std::vector<std::string>& verbs) {
  return {{"apiGroups", groups}, {"resources", resources}, {"verbs", verbs}};
}

Json path_rule(const std::vector<std::string>& paths, const std::vector<std::string>& verbs) {
  return {{"nonResourceURLs", paths}, {"verbs", verbs}};
}

}  // namespace

Decision Authorizer::decide(const User& user, const Access& access) const {
  if (is_master(user)) return {.allowed = true};
  const Rules rules(core_, user, access.ns);
  for (const Rules::Row& row : rules.rows()) {
    if (matches(row.rule, access)) return {.allowed = true, .reason = "RBAC: allowed by " + row.source};
  }
  const std::vector<std::string>& missing = rules.missing();
  if (missing.empty()) return {};
  return {.reason = missing.size() == 1 ? "RBAC: " + missing.front() : fmt::format("RBAC: [{}]", join(missing, ", "))};
}

Json Authorizer::rules_of(const User& user, const std::string& ns) const {
  Json resources = Json::array(), paths = Json::array();
  if (is_master(user)) {
    resources.push_back({{"verbs", {"*"}}, {"apiGroups", {"*"}}, {"resources", {"*"}}});
    paths.push_back({{"verbs", {"*"}}, {"nonResourceURLs", {"*"}}});
  } else {
    const Rules rules(core_, user, ns);
    for (const Rules::Row& row : rules.rows()) {
      (member(row.rule, "nonResourceURLs") != nullptr ? paths : resources).push_back(row.rule);
    }
  }
  return {{"resourceRules", std::move(resources)}, {"nonResourceRules", std::move(paths)}, {"incomplete", false}};
}

StatusError denied(const User& user, const Access& access, const Decision& decision) {
  StatusError error;
  error.code = 403;
  error.reason = "Forbidden";
  error.name = access.name;
  error.group = access.group;
  error.kind = access.resource;
  std::string text = fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, access.verb, access.path);
  std::string what;
  if (access.path.empty()) {
    const std::string resource =
        access.subresource.empty() ? access.resource : access.resource + "/" + access.subresource;
    text = fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user.name, access.verb, resource,
                       access.group,
                       access.ns.empty() ? "at the cluster scope" : fmt::format("in the namespace \"{}\"", access.ns));
    what = access.group.empty() ? access.resource : access.resource + "." + access.group;
    what += access.name.empty() ? " is " : fmt::format(" \"{}\" is ", access.name);
  }
  if (!decision.reason.empty()) text += ": " + decision.reason;
  error.message = fmt::format("{}forbidden: {}", what, text);
  return error;
}

std::vector<Json> bootstrap_roles() {
  const std::vector<std::string> everything{"*"}, everybody{"system:authenticated"};
  return {
      role("cluster-admin",
           Json::array({resource_rule(everything, everything, everything), path_rule(everything, everything)})),
      role("system:basic-user",
           Json::array({resource_rule({"authorization.k8s.io"}, {"selfsubjectaccessreviews", "selfsubjectrulesreviews"},
                                      {"create"}),
                        resource_rule({"authentication.k8s.io"}, {"selfsubjectreviews"}, {"create"})})),
      role("system:discovery", Json::array({path_rule({"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez",
                                                       "/openapi", "/openapi/*", "/readyz", "/version", "/version/"},
                                                      {"get"})})),
      role("system:public-info-viewer",
           Json::array({path_rule({"/healthz", "/livez", "/readyz", "/version", "/version/"}, {"get"})})),
      binding("cluster-admin", {"system:masters"}),
      binding("system:basic-user", everybody),
      binding("system:discovery", everybody),
      binding("system:public-info-viewer", {"system:authenticated", "system:unauthenticated"}),
  };
}

}  // namespace dba::sandbox::api
