#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/decoding.hpp"
#include "api/json_values.hpp"
#include "api/patches.hpp"
#include "api/refusals.hpp"
#include "api/server_fields.hpp"
#include "api/server_side_apply.hpp"
#include "api/writer.hpp"

namespace dba::sandbox::api {

namespace {

void judge_patched(const Json& patched, const std::vector<std::string>& unknown, const WriteOptions& options) {
  if (unknown.empty() || options.validation == FieldValidation::ignore) return;
  if (options.validation == FieldValidation::strict) {
    throw invalid("", "", "",
                  {invalid_value("patch", without_managers(patched).dump(),
                                 "strict decoding error: " + unknown_fields_text(unknown))});
  }
  if (options.warnings == nullptr) return;
  for (const std::string& path : unknown) options.warnings->push_back(fmt::format("unknown field \"{}\"", path));
}

Json patched_by(PatchKind kind, const Json& current, const Json& patch, const Resource& type) {
  switch (kind) {
    case PatchKind::json:
      return json_patched(current, patch);
    case PatchKind::strategic:
      return strategic_merge_patched(current, patch, type);
    case PatchKind::merge:
    case PatchKind::apply:
      break;
  }
  return merge_patched(current, patch);
}

void check_configuration(const Json& configuration, const WriteOptions& options) {
  if (options.field_manager.empty()) {
    throw invalid("meta.k8s.io", "PatchOptions", "", {required_value("fieldManager", "is required for apply patch")});
  }
  if (codec::find_at(configuration, {"metadata", "managedFields"}) != nullptr) {
    throw bad_request("metadata.managedFields must be nil");
  }
  if (codec::string_at(configuration, {"kind"}).empty() || codec::string_at(configuration, {"apiVersion"}).empty()) {
    throw bad_request(fmt::format(
        "invalid object type: {}, Kind={}",
        codec::string_at(configuration, {"apiVersion"}).empty() ? "/" : codec::string_at(configuration, {"apiVersion"}),
        codec::string_at(configuration, {"kind"})));
  }
}

}  // namespace

Api::Patched Writer::patch(const Resource& type, std::string_view ns, std::string_view name, PatchKind kind,
                           const Json& patch, std::string_view subresource, const WriteOptions& options) {
  if (!type.has_verb("patch")) throw method_not_allowed(type, "patch");
  if (kind == PatchKind::strategic && type.custom) {
    throw unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
        "application/merge-patch+json, application/apply-patch+yaml");
  }
  const Target target{type, ns, name, subresource, options};
  if (kind == PatchKind::apply) return apply(target, patch);
  return {change(target, false, [&](const Object& current) { return patched(target, kind, patch, current); }), false};
}

Json Writer::patched(const Target& target, PatchKind kind, const Json& patch, const Object& current) const {
  Json next = patched_by(kind, *current, patch, target.type);
  const Json as_patched = next;
  check_identity(target.type, target.ns, next);
  judge_patched(as_patched, decode(target.type, next), target.options);
  check_name(next, target.name);
  return next;
}

Api::Patched Writer::apply(const Target& target, const Json& configuration) {
  const Resource& type = target.type;
  check_configuration(configuration, target.options);
  Json wanted = configuration;
  drop_nulls(wanted);
  check_name(wanted, target.name);
  Json placed = wanted;
  check_identity(type, target.ns, placed);
  child_object(wanted, "metadata")["name"] = std::string(target.name);
  keep_applied_part(type, target.subresource, wanted);
  const FieldType root = FieldType::root(type);
  const Manager who = manager(type, target.subresource, target.options);

  const ObjectRef ref{&type, std::string(target.ns), std::string(target.name)};
  if (core_.find(ref) == nullptr && target.subresource.empty()) {
    Json object = apply_configuration(nullptr, wanted, root, who, target.options.force);
    Json managers = object["metadata"].value("managedFields", Json());
    check_identity(type, target.ns, object);
    decode(type, object);
    clear_server_fields(type, object);
    if (!managers.is_null()) object["metadata"]["managedFields"] = std::move(managers);
    return {store_new(type, std::move(object), target.options), true};
  }
  const auto wish = [&](const Object& current) {
    Json next = apply_configuration(current.get(), wanted, root, who, target.options.force);
    check_identity(type, target.ns, next);
    decode(type, next);
    return next;
  };
  return {change(target, true, wish), false};
}

}  // namespace dba::sandbox::api
