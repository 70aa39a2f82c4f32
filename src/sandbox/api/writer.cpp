#include "api/writer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"

#include "api/builtin_checks.hpp"
#include "api/builtin_defaults.hpp"
#include "api/custom_schema.hpp"
#include "api/decoding.hpp"
#include "api/json_values.hpp"
#include "api/made_up_kinds.hpp"
#include "api/metadata_checks.hpp"
#include "api/refusals.hpp"
#include "api/server_fields.hpp"

namespace dba::sandbox::api {

namespace {

/// How often a generated name that is taken is drawn anew.
constexpr int kNameAttempts = 8;

void append(std::vector<Cause>& causes, std::vector<Cause> more) {
  causes.insert(causes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Cause> faults(const Resource& type, const Json& object) {
  std::vector<Cause> causes = check_metadata(type, object);
  if (type.schema != nullptr) append(causes, violations(object, *type.schema));
  if (!type.custom) append(causes, check_builtin(type, object));
  return causes;
}

Object without_version(Json object) {
  erase_member(object["metadata"], "resourceVersion");
  return std::make_shared<const Json>(std::move(object));
}

/// Custom resources find out later, with the other immutable fields.
void check_uid(const Resource& type, const Json& current, const Json& next) {
  const std::string wanted = codec::uid_of(next);
  const std::string is = codec::uid_of(current);
  if (type.custom || wanted.empty() || wanted == is) return;
  const std::string place = type.namespaced ? codec::namespace_of(current) + "/" : std::string();
  throw conflict(type, codec::name_of(current),
                 fmt::format("StorageError: invalid object, Code: 4, Key: /registry/{}/{}{}, ResourceVersion: 0, "
                             "AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in object meta: {}",
                             type.plural, place, codec::name_of(current), wanted, is));
}

bool is_default_class(const Json& storage_class) {
  return codec::annotation_of(storage_class, "storageclass.kubernetes.io/is-default-class") == "true";
}

}  // namespace

Manager Writer::manager(const Resource& type, std::string_view subresource, const WriteOptions& options) const {
  Manager who;
  who.name = options.field_manager;
  who.api_version = type.api_version();
  who.subresource = subresource;
  who.time = core_.now();
  return who;
}

Object Writer::create(const Resource& type, std::string_view ns, Json object, const WriteOptions& options) {
  if (!type.has_verb("create")) throw method_not_allowed(type, "create");
  check_identity(type, ns, object);
  if (auto answer = answer_review(type, object, options.user, Authorizer(core_), core_.now()))
    return std::make_shared<const Json>(std::move(*answer));
  if (!codec::resource_version_of(object).empty()) {
    throw internal("resourceVersion should not be set on objects to be created");
  }
  judge_unknown_fields(type, decode(type, object), options);
  clear_server_fields(type, object);
  track_update(nullptr, object, FieldType::root(type), manager(type, "", options));
  return store_new(type, std::move(object), options);
}

Object Writer::store_new(const Resource& type, Json object, const WriteOptions& options) {
  need_namespace(type, object);
  choose_storage_class(type, object);
  const AdmissionRequest request{type, "CREATE", "", nullptr, &object, options.dry_run, options.warnings};
  core_.admit(AdmissionPhase::mutating, request);
  if (type.custom) decode(type, object);
  const std::string prefix = codec::string_at(object, {"metadata", "generateName"});
  const bool name_is_generated = codec::name_of(object).empty() && !prefix.empty();
  if (name_is_generated) object["metadata"]["name"] = prefix + core_.name_suffix();
  if (!type.custom) complete_builtin(type, object, core_.draw());
  Json& metadata = object["metadata"];
  metadata["uid"] = core_.new_uid();
  metadata["creationTimestamp"] = core_.now();
  if (counts_generations(type)) metadata["generation"] = 1;
  if (auto causes = faults(type, object); !causes.empty()) {
    throw invalid(type, codec::name_of(object), std::move(causes));
  }
  core_.admit(AdmissionPhase::validating, request);
  tidy(object);
  if (options.dry_run) {
    if (core_.find(ref_of(type, object)) != nullptr) throw taken(type, object);
    return without_version(std::move(object));
  }
  Object stored = commit_new(type, std::move(object), name_is_generated);
  deletion_.settle(type, stored);
  return stored;
}

StatusError Writer::taken(const Resource& type, const Json& object) const {
  StatusError error = already_exists(type, codec::name_of(object));
  const Object current = core_.find(ref_of(type, object));
  if (current != nullptr && is_terminating(*current)) error.message = "object is being deleted: " + error.message;
  return error;
}

Object Writer::commit_new(const Resource& type, Json object, bool name_is_generated) {
  for (int attempt = 1;; ++attempt) {
    if (Object stored = core_.create(type, object)) return stored;
    if (!name_is_generated || attempt == kNameAttempts) throw taken(type, object);
    object["metadata"]["name"] = codec::string_at(object, {"metadata", "generateName"}) + core_.name_suffix();
  }
}

void Writer::need_namespace(const Resource& type, const Json& object) const {
  if (!type.namespaced) return;
  const Resource* namespaces = find_resource("", "v1", "namespaces");
  const std::string name = codec::namespace_of(object);
  const Object found = core_.find({namespaces, "", name});
  if (found == nullptr) throw not_found(*namespaces, name);
  if (!is_terminating(*found)) return;
  StatusError error =
      forbidden(type, codec::name_of(object),
                fmt::format("unable to create new content in namespace {} because it is being terminated", name));
  error.causes.push_back(
      {"NamespaceTerminating", fmt::format("namespace {} is being terminated", name), "metadata.namespace"});
  throw error;
}

void Writer::choose_storage_class(const Resource& type, Json& object) const {
  if (type.kind != "PersistentVolumeClaim" || codec::find_at(object, {"spec", "storageClassName"}) != nullptr) return;
  const Resource* classes = find_resource("storage.k8s.io", "v1", "storageclasses");
  for (const Object& one : core_.collection(*classes)->snapshot("").items) {
    if (is_default_class(*one)) object["spec"]["storageClassName"] = codec::name_of(*one);
  }
}

/// @source admission plugin PersistentVolumeClaimResize
void Writer::check_expansion(const Resource& type, const Json& current, const Json& next) const {
  if (type.kind != "PersistentVolumeClaim") return;
  const auto size = [](const Json& claim) {
    return Quantity::try_parse(codec::string_at(claim, {"spec", "resources", "requests", "storage"}));
  };
  const auto before = size(current);
  const auto after = size(next);
  if (!before || !after || *after <= *before || codec::string_at(current, {"status", "phase"}) != "Bound") return;
  const Resource* classes = find_resource("storage.k8s.io", "v1", "storageclasses");
  const Object used = core_.find({classes, "", codec::string_at(current, {"spec", "storageClassName"})});
  if (used != nullptr && codec::bool_at(*used, {"allowVolumeExpansion"})) return;
  throw forbidden(type, codec::name_of(current),
                  "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                  "support resize");
}

Object Writer::update(const Resource& type, std::string_view ns, std::string_view name, Json object,
                      std::string_view subresource, const WriteOptions& options) {
  if (!type.has_verb("update")) throw method_not_allowed(type, "update");
  check_identity(type, ns, object);
  check_name(object, name);
  judge_unknown_fields(type, decode(type, object), options);
  const Target target{type, ns, name, subresource, options};
  return change(target, false, [&](const Object&) {
    const bool needs_version = type.custom || type.kind == "Lease";
    if (needs_version && codec::resource_version_of(object).empty()) {
      throw invalid(type.group, type.plural, name,
                    {invalid_value("metadata.resourceVersion", 0, "must be specified for an update")});
    }
    return object;
  });
}

Object Writer::change(const Target& target, bool applied, const Wish& wish) {
  const Resource& type = target.type;
  while (true) {
    const Object current = core_.find({&type, std::string(target.ns), std::string(target.name)});
    if (current == nullptr) throw not_found(type, target.name);
    Json next = wish(current);
    const std::string expected = codec::resource_version_of(next);
    if (!expected.empty() && expected != codec::resource_version_of(*current)) throw object_modified(type, target.name);
    check_uid(type, *current, next);
    keep_server_fields(type, target.subresource, *current, next);
    if (!applied) {
      track_update(current.get(), next, FieldType::root(type), manager(type, target.subresource, target.options));
    }
    if (Object stored = store_change(target, current, std::move(next))) return stored;
  }
}

/// Null when somebody else was faster.
Object Writer::store_change(const Target& target, const Object& current, Json next) {
  const Resource& type = target.type;
  const WriteOptions& options = target.options;
  const AdmissionRequest request{
      type, "UPDATE", std::string(target.subresource), current.get(), &next, options.dry_run, options.warnings};
  core_.admit(AdmissionPhase::mutating, request);
  if (type.custom) decode(type, next);
  check_expansion(type, *current, next);
  std::vector<Cause> causes = check_metadata_update(*current, next);
  if (!type.custom && target.subresource.empty()) append(causes, check_builtin_update(type, *current, next));
  append(causes, faults(type, next));
  if (!causes.empty()) throw invalid(type, target.name, std::move(causes));
  core_.admit(AdmissionPhase::validating, request);
  if (same_value(*current, next)) return current;
  if (counts_generations(type) && wish_differs(type, *current, next)) {
    next["metadata"]["generation"] = codec::int_at(*current, {"metadata", "generation"}).value_or(0) + 1;
  }
  tidy(next);
  if (options.dry_run) return std::make_shared<const Json>(std::move(next));
  if (Deletion::is_due(next)) {
    Object last = std::make_shared<const Json>(next);
    return deletion_.finish(type, current, std::move(next)) == nullptr ? nullptr : last;
  }
  Object stored = core_.replace(type, current, std::move(next));
  if (stored != nullptr) deletion_.settle(type, stored);
  return stored;
}

}  // namespace dba::sandbox::api
