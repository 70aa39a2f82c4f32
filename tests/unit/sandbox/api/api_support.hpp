#pragma once
// One simulated API with namespace demo, and words to talk to it briefly.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "support/fake_clock.hpp"
#include "world/world.hpp"

namespace dba::sandbox::api::test {

struct ApiFixture {
  dba::test::FakeClock clock{};
  world::World world{clock, 1, 1.0};
  Api api;
  const Resource& pods = *find_resource("", "v1", "pods");
  const Resource& config_maps = *find_resource("", "v1", "configmaps");
  const Resource& secrets = *find_resource("", "v1", "secrets");
  const Resource& services = *find_resource("", "v1", "services");
  const Resource& claims = *find_resource("", "v1", "persistentvolumeclaims");
  const Resource& namespaces = *find_resource("", "v1", "namespaces");
  const Resource& databases = *find_resource("kubedb.com", "v1alpha2", "mssqlservers");

  explicit ApiFixture(ApiOptions options = {}) : api(world, options) {
    api.create(namespaces, "", Json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo"}})"));
  }

  Object make(const Resource& type, const std::string& body, const WriteOptions& options = {}) {
    return api.create(type, type.namespaced ? "demo" : "", with_identity(type, body), options);
  }
  Api::Patched apply(const Resource& type, const std::string& body, const std::string& manager, bool force = false) {
    const Json wanted = with_identity(type, body);
    WriteOptions options;
    options.field_manager = manager;
    options.force = force;
    return api.patch(type, "demo", wanted["metadata"]["name"].get<std::string>(), PatchKind::apply, wanted, "",
                     options);
  }
  Object merge(const Resource& type, std::string_view name, const std::string& patch, const std::string& manager,
               std::string_view subresource = "") {
    WriteOptions options;
    options.field_manager = manager;
    return api.patch(type, "demo", name, PatchKind::merge, Json::parse(patch), subresource, options).object;
  }
  static Json with_identity(const Resource& type, const std::string& body) {
    Json object = {{"apiVersion", type.api_version()}, {"kind", type.kind}};
    object.update(Json::parse(body));
    return object;
  }
};

/// The refusal as its Status, one line; "admitted" when there is none.
inline std::string refusal(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const StatusError& error) {
    return error.status().dump();
  }
  return "admitted";
}

/// Code and message only.
inline std::string refusal_text(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const StatusError& error) {
    return std::to_string(error.code) + " " + error.message;
  }
  return "admitted";
}

/// "manager operation[/subresource]: {fields}" a line, in the order of managedFields.
inline std::string managers(const Json& object) {
  std::string text;
  for (const Json& entry : object["metadata"].value("managedFields", Json::array())) {
    text += entry["manager"].get<std::string>() + " " + entry["operation"].get<std::string>();
    if (entry.contains("subresource")) text += "/" + entry["subresource"].get<std::string>();
    text += ": " + entry["fieldsV1"].dump() + "\n";
  }
  return text;
}

inline std::string seen(const Object& object) { return object == nullptr ? "none" : object->dump(); }

}  // namespace dba::sandbox::api::test
