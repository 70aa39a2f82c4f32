#include "api/decoding.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/builtin_checks.hpp"
#include "api/builtin_defaults.hpp"
#include "api/custom_schema.hpp"
#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

void need_type(const Resource& type, const Json& object, const char* field, std::string_view spoken) {
  if (!codec::string_at(object, {field}).empty()) return;
  const std::string text = object.dump();
  throw bad_request(
      fmt::format("the object provided is unrecognized (must be of type {}): Object '{}' is missing in '{}' ({})",
                  type.kind, spoken, text, text));
}

/// How a built-in type other than the one asked for is refused.
StatusError unconvertible(const Resource& type, const std::string& api_version, const std::string& kind) {
  if (find_kind(api_version, kind) == nullptr) {
    return bad_request(
        fmt::format("{0} in version \"{1}\" cannot be handled as a {2}: no kind \"{0}\" is registered for version "
                    "\"{1}\" in scheme "
                    "\"pkg/runtime/scheme.go:111\"",
                    kind, api_version, type.kind));
  }
  return bad_request(
      fmt::format("{0} in version \"{1}\" cannot be handled as a {2}: converting ({1}.{0}) to (core.{2}): unknown "
                  "conversion",
                  kind, api_version, type.kind));
}

struct Fields {
  std::string_view kind, names;
};
/// The fields of built-in kinds beside apiVersion, kind and metadata; kinds that are not named here may have any.
constexpr std::array kFields{
    Fields{"ConfigMap", "data,binaryData,immutable"},
    Fields{"Secret", "data,stringData,type,immutable"},
    Fields{"Pod", "spec,status"},
    Fields{"Service", "spec,status"},
    Fields{"Namespace", "spec,status"},
    Fields{"Node", "spec,status"},
    Fields{"PersistentVolume", "spec,status"},
    Fields{"PersistentVolumeClaim", "spec,status"},
    Fields{"StatefulSet", "spec,status"},
    Fields{"Deployment", "spec,status"},
    Fields{"PodDisruptionBudget", "spec,status"},
    Fields{"Lease", "spec"},
    Fields{"EndpointSlice", "addressType,endpoints,ports"},
    Fields{"ServiceAccount", "secrets,imagePullSecrets,automountServiceAccountToken"},
};

void drop_unknown(const Resource& type, Json& object, std::vector<std::string>& unknown) {
  const auto row =
      std::find_if(kFields.begin(), kFields.end(), [&](const Fields& one) { return one.kind == type.kind; });
  if (row == kFields.end()) return;
  std::vector<std::string> known = split(row->names, ',');
  known.insert(known.end(), {"apiVersion", "kind", "metadata"});
  for (auto at = object.begin(); at != object.end();) {
    const bool stays = std::find(known.begin(), known.end(), at.key()) != known.end();
    if (!stays) unknown.push_back(at.key());
    at = stays ? std::next(at) : object.erase(at);
  }
}

/// Empty means absent in metadata.
void drop_empty_metadata(Json& object) {
  Json& metadata = child_object(object, "metadata");
  for (const char* field : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    const Json* value = member(metadata, field);
    if (value != nullptr && (value->is_object() || value->is_array()) && value->empty()) erase_member(metadata, field);
  }
}

}  // namespace

void check_identity(const Resource& type, std::string_view ns, Json& object) {
  if (!object.is_object())
    throw undecodable(type, "json: cannot unmarshal into Go value of type map[string]interface {}");
  if (type.custom) {
    need_type(type, object, "kind", "Kind");
    need_type(type, object, "apiVersion", "apiVersion");
  } else {
    if (!object.contains("apiVersion")) object["apiVersion"] = type.api_version();
    if (!object.contains("kind")) object["kind"] = type.kind;
  }
  const std::string kind = codec::string_at(object, {"kind"});
  const std::string api_version = codec::string_at(object, {"apiVersion"});
  if (!type.custom && (api_version != type.api_version() || kind != type.kind)) {
    throw unconvertible(type, api_version, kind);
  }
  if (api_version != type.api_version()) {
    throw bad_request(fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                                  api_version, type.api_version()));
  }
  if (kind != type.kind) {
    throw invalid(type.group, kind, codec::name_of(object), {invalid_value("kind", kind, "must be " + type.kind)});
  }
  Json& metadata = child_object(object, "metadata");
  const std::string given = codec::namespace_of(object);
  if (type.namespaced && !given.empty() && given != ns) {
    throw bad_request("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (type.namespaced) metadata["namespace"] = std::string(ns);
}

void check_name(const Json& object, std::string_view name) {
  const std::string given = codec::name_of(object);
  if (given.empty()) {
    throw bad_request(
        fmt::format("the name of the object ({} based on URL) was undeterminable: name must be provided", name));
  }
  if (given != name) {
    throw bad_request(fmt::format("the name of the object ({}) does not match the name on the URL ({})", given, name));
  }
}

std::vector<std::string> decode(const Resource& type, Json& object) {
  check_forms(type, object);
  drop_empty_metadata(object);
  std::vector<std::string> unknown;
  if (type.custom) {
    drop_nulls(object);
    unknown = type.schema == nullptr ? prune_metadata(object) : prune(object, *type.schema);
    if (type.schema != nullptr) fill_in_defaults(object, *type.schema);
  } else {
    unknown = prune_metadata(object);
    drop_unknown(type, object, unknown);
    decode_builtin(type, object);
  }
  return unknown;
}

std::string unknown_fields_text(const std::vector<std::string>& paths) {
  std::vector<std::string> texts;
  for (const std::string& path : paths) texts.push_back(fmt::format("unknown field \"{}\"", path));
  return join(texts, ", ");
}

void judge_unknown_fields(const Resource& type, const std::vector<std::string>& paths, const WriteOptions& options) {
  if (paths.empty() || options.validation == FieldValidation::ignore) return;
  if (options.validation == FieldValidation::strict) {
    throw undecodable(type, "strict decoding error: " + unknown_fields_text(paths));
  }
  if (options.warnings == nullptr) return;
  for (const std::string& path : paths) options.warnings->push_back(fmt::format("unknown field \"{}\"", path));
}

}  // namespace dba::sandbox::api
