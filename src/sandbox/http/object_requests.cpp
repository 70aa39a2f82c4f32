#include "http/object_requests.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/refusals.hpp"
#include "http/bodies.hpp"
#include "http/eviction.hpp"
#include "http/parameters.hpp"
#include "http/problems.hpp"
#include "http/scale.hpp"
#include "http/view.hpp"

namespace dba::sandbox::http {

namespace {

/// @source kube-apiserver 1.36
constexpr std::string_view kEndpointsWarning =
    "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/// One request on its way through: what all verbs need.
struct Call {
  api::Api& api;
  const Request& request;
  const Target& target;
  WallTime now;
  View view;
  std::vector<std::string> warnings{};

  const api::Resource& type() const { return *target.type; }
  bool single() const { return !target.name.empty(); }
  bool scale() const { return target.subresource == "scale"; }

  Answer answer(const Json& object, int code = 200) {
    Answer made = present(view, render_object(view, scale() ? scale_type() : type(), object, now), code);
    made.warnings = std::move(warnings);
    return made;
  }
  Answer answer(const api::ListResult& list) {
    Answer made = present(view, render_list(view, type(), list, now));
    made.warnings = std::move(warnings);
    return made;
  }
};

Answer read(Call& call) {
  if (call.single()) {
    check_version(call.request, call.api.version());
    if (call.scale()) return call.answer(read_scale(call.api, call.target));
    return call.answer(*call.api.get(call.type(), call.target.ns, call.target.name));
  }
  check_list_version(call.request, call.api.version());
  return call.answer(call.api.list(call.type(), call.target.ns, list_options(call.request)));
}

Answer create(Call& call) {
  if (call.single()) throw method_not_allowed();
  const api::WriteOptions options = write_options(call.request, "CreateOptions", call.warnings);
  Json object = read_object(call.request, call.type(), options);
  return call.answer(*call.api.create(call.type(), call.target.ns, std::move(object), options), 201);
}

Answer update(Call& call) {
  if (!call.single() && call.type().custom) throw api::bad_request("name must be provided");
  if (!call.single()) throw method_not_allowed();
  const api::WriteOptions options = write_options(call.request, "UpdateOptions", call.warnings);
  if (call.scale()) {
    return call.answer(write_scale(call.api, call.target, read_object(call.request, scale_type(), options), options));
  }
  Json object = read_object(call.request, call.type(), options);
  return call.answer(*call.api.update(call.type(), call.target.ns, call.target.name, std::move(object),
                                      call.target.subresource, options));
}

struct PatchMedia {
  std::string_view media;
  api::PatchKind kind;
};
constexpr std::array kPatches{
    PatchMedia{"application/json-patch+json", api::PatchKind::json},
    PatchMedia{"application/merge-patch+json", api::PatchKind::merge},
    PatchMedia{"application/apply-patch+yaml", api::PatchKind::apply},
    PatchMedia{"application/strategic-merge-patch+json", api::PatchKind::strategic},
};

/// @throws StatusError 415: custom resources know no strategic merge patch; of built-in kinds the routing layer says
/// no.
api::PatchKind patch_kind(const Request& request, const api::Resource& type) {
  std::vector<std::string_view> accepted;
  for (const PatchMedia& row : kPatches) {
    if (type.custom && row.kind == api::PatchKind::strategic) continue;
    if (row.media == request.media_type()) return row.kind;
    accepted.push_back(row.media);
  }
  if (!type.custom) throw make_error(415, "UnsupportedMediaType", "415: Unsupported Media Type");
  throw unknown_media_type(accepted);
}

Answer patch(Call& call) {
  if (!call.single()) throw method_not_allowed();
  const api::PatchKind kind = patch_kind(call.request, call.type());
  const bool apply = kind == api::PatchKind::apply;
  if (apply && call.request.query.get("fieldManager").empty()) {
    throw invalid_options("PatchOptions", "fieldManager", "FieldValueRequired",
                          "Required value: is required for apply patch");
  }
  if (!apply && call.request.query.flag("force")) {
    throw invalid_options("PatchOptions", "force", "FieldValueForbidden",
                          "Forbidden: may not be specified for non-apply patch");
  }
  const api::WriteOptions options = write_options(call.request, "PatchOptions", call.warnings);
  const Json document = read_patch(call.request, apply);
  if (apply) check_duplicates(call.request.body, call.type(), options);
  if (call.scale()) return call.answer(patch_scale(call.api, call.target, kind, document, options));
  const api::Api::Patched patched =
      call.api.patch(call.type(), call.target.ns, call.target.name, kind, document, call.target.subresource, options);
  return call.answer(*patched.object, patched.created ? 201 : 200);
}

/// Kinds whose deletion is answered with the object that is gone; all others get a Status.
/// @source registries of kube-apiserver 1.36 (ReturnDeletedObject)
bool returns_deleted(const api::Resource& type) {
  return type.group.empty() && (type.plural == "pods" || type.plural == "services" ||
                                type.plural == "serviceaccounts" || type.plural == "persistentvolumeclaims");
}

Json deleted_status(const Call& call, const Json& object) {
  Json details = Json::object();
  details["name"] = call.target.name;
  if (!call.type().group.empty()) details["group"] = call.type().group;
  details["kind"] = call.type().plural;
  details["uid"] = codec::uid_of(object);
  return Json{{"kind", "Status"},
              {"apiVersion", "v1"},
              {"metadata", Json::object()},
              {"status", "Success"},
              {"details", details}};
}

Answer remove(Call& call) {
  const api::DeleteOptions options = delete_options(call.request);
  if (!call.single()) {
    api::ListResult list;
    list.items = call.api.remove_collection(call.type(), call.target.ns, selectors(call.request), options);
    list.resource_version = std::to_string(call.api.version());
    return call.answer(list);
  }
  const api::Api::Removed removed = call.api.remove(call.type(), call.target.ns, call.target.name, options);
  if (!removed.finished) return call.answer(*removed.object, options.propagation == "Foreground" ? 202 : 200);
  if (returns_deleted(call.type())) return call.answer(*removed.object);
  return present(call.view, codec::compact_json(deleted_status(call, *removed.object)));
}

void require_verb(const Call& call, std::string_view verb) {
  const bool through_subresource = !call.target.subresource.empty();
  if (!through_subresource && !call.type().has_verb(verb)) throw method_not_allowed();
}

/// By method: the verb, then what it does.
Answer serve(Call& call) {
  const std::string& method = call.request.method;
  if (method == "GET" || method == "HEAD") {
    require_verb(call, call.single() ? "get" : "list");
    return read(call);
  }
  if (method == "POST") {
    require_verb(call, "create");
    // A namespaced object is made in its namespace only; reviews and the like have none.
    if (call.type().namespaced && call.target.ns.empty()) throw method_not_allowed();
    return create(call);
  }
  if (method == "PUT") {
    require_verb(call, "update");
    return update(call);
  }
  if (method == "PATCH") {
    require_verb(call, "patch");
    return patch(call);
  }
  if (method == "DELETE" && call.target.subresource.empty()) {
    require_verb(call, call.single() ? "delete" : "deletecollection");
    return remove(call);
  }
  throw method_not_allowed();
}

}  // namespace

Answer serve_objects(api::Api& api, const Request& request, const Target& target, WallTime now) {
  if (target.subresource == "eviction") {
    if (request.method != "POST") throw method_not_allowed();
    return evict(api, request, target, now);
  }
  Call call{
      .api = api, .request = request, .target = target, .now = now, .view = view_of(request, target.type->custom)};
  if (target.type->group.empty() && target.type->plural == "endpoints") call.warnings.emplace_back(kEndpointsWarning);
  try {
    return serve(call);
  } catch (const api::StatusError& error) {
    // A refusal comes with the warnings that were found before it.
    Answer refusal = status_answer(error);
    refusal.warnings = std::move(call.warnings);
    return refusal;
  }
}

}  // namespace dba::sandbox::http
