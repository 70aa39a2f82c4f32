#include "http/scale.hpp"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/decoding.hpp"
#include "api/patches.hpp"
#include "api/refusals.hpp"
#include "api/selectors.hpp"

namespace dba::sandbox::http {

namespace {

/// @source autoscaling/v1: replicas of the spec are left out when there are none; custom resources have a selector only
/// where their definition names its place.
Json scale_of(const api::Resource& type, const Json& object) {
  Json scale{{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"}, {"metadata", Json::object()}};
  for (const char* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    const Json* value = codec::find_at(object, {"metadata", field});
    if (value != nullptr) scale["metadata"][field] = *value;
  }
  scale["spec"] = Json::object();
  const std::int64_t wanted = codec::int_at(object, {"spec", "replicas"}).value_or(0);
  if (wanted != 0) scale["spec"]["replicas"] = wanted;
  scale["status"]["replicas"] = codec::int_at(object, {"status", "replicas"}).value_or(0);
  const Json* selector = codec::find_at(object, {"spec", "selector"});
  if (!type.custom && selector != nullptr) scale["status"]["selector"] = api::selector_text(*selector);
  return scale;
}

std::string json_kind(const Json& value) { return value.is_number() ? "number" : value.type_name(); }

/// What keeps `spec.replicas` of a Scale from being read.
std::optional<std::string> unreadable(const Json& scale) {
  const Json* replicas = codec::find_at(scale, {"spec", "replicas"});
  if (replicas == nullptr || replicas->is_null() || replicas->is_number_integer()) return std::nullopt;
  return fmt::format("json: cannot unmarshal {} into Go struct field ScaleSpec.spec.replicas of type int32",
                     json_kind(*replicas));
}

std::int64_t replicas_of(const Target& target, const Json& scale) {
  const std::int64_t replicas = codec::int_at(scale, {"spec", "replicas"}).value_or(0);
  if (replicas >= 0) return replicas;
  if (target.type->custom) {
    throw api::invalid(*target.type, target.name,
                       {api::invalid_value(".spec.replicas", replicas, "should be a non-negative integer")});
  }
  throw api::invalid(scale_type(), target.name,
                     {api::invalid_value("spec.replicas", replicas, "must be greater than or equal to 0")});
}

/// Stores the number, as a change of the object itself. `version` is the one it must still have, or empty.
Json store(api::Api& api, const Target& target, api::PatchKind kind, std::int64_t replicas, const std::string& version,
           const api::WriteOptions& options) {
  Json change = Json::object();
  if (kind == api::PatchKind::apply) change = {{"apiVersion", target.type->api_version()}, {"kind", target.type->kind}};
  change["metadata"] = Json::object();
  if (kind == api::PatchKind::apply) change["metadata"]["name"] = target.name;
  if (!version.empty()) change["metadata"]["resourceVersion"] = version;
  change["spec"]["replicas"] = replicas;
  const api::Api::Patched patched = api.patch(*target.type, target.ns, target.name, kind, change, "scale", options);
  return scale_of(*target.type, *patched.object);
}

}  // namespace

const api::Resource& scale_type() {
  static const api::Resource type = [] {
    api::Resource made;
    made.group = "autoscaling";
    made.version = "v1";
    made.plural = "scales";
    made.singular = "scale";
    made.kind = "Scale";
    return made;
  }();
  return type;
}

Json read_scale(const api::Api& api, const Target& target) {
  return scale_of(*target.type, *api.get(*target.type, target.ns, target.name));
}

Json write_scale(api::Api& api, const Target& target, const Json& scale, const api::WriteOptions& options) {
  api.get(*target.type, target.ns, target.name);
  api::check_name(scale, target.name);
  if (const auto why = unreadable(scale)) throw api::undecodable(scale_type(), *why);
  return store(api, target, api::PatchKind::merge, replicas_of(target, scale), codec::resource_version_of(scale),
               options);
}

Json patch_scale(api::Api& api, const Target& target, api::PatchKind kind, const Json& patch,
                 const api::WriteOptions& options) {
  const Json current = read_scale(api, target);
  if (kind == api::PatchKind::apply) return store(api, target, kind, replicas_of(target, patch), "", options);
  const Json patched =
      kind == api::PatchKind::json ? api::json_patched(current, patch) : api::merge_patched(current, patch);
  if (const auto why = unreadable(patched)) {
    throw api::invalid("", "", "", {api::invalid_value("patch", patched.dump(), *why)});
  }
  const std::string version = codec::resource_version_of(patched);
  return store(api, target, api::PatchKind::merge, replicas_of(target, patched),
               version == codec::resource_version_of(current) ? "" : version, options);
}

}  // namespace dba::sandbox::http
