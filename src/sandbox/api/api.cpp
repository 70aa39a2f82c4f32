#include "api/api.hpp"

#include <map>

#include <nlohmann/json.hpp>

#include "api/builtin_defaults.hpp"
#include "api/core.hpp"
#include "api/deletion.hpp"
#include "api/json_values.hpp"
#include "api/list_pages.hpp"
#include "api/made_up_kinds.hpp"
#include "api/refusals.hpp"
#include "api/server_fields.hpp"
#include "api/watching.hpp"
#include "api/writer.hpp"

namespace dba::sandbox::api {

struct Api::Impl {
  Impl(world::World& world, const ApiOptions& given)
      : options(given), core(world, given), deletion(core), writer(core, deletion) {}
  ApiOptions options;
  Core core;
  Deletion deletion;
  Writer writer;
};

Api::Api(world::World& world, ApiOptions options) : impl_(std::make_unique<Impl>(world, options)) {
  load(resource_definitions(impl_->core.now()));
}

Api::~Api() = default;

void Api::add_admission(AdmissionPhase phase, Admission admission) {
  impl_->core.add_admission(phase, std::move(admission));
}

void Api::authorize(const User& user, const Access& access) const {
  const Decision decision = Authorizer(impl_->core).decide(user, access);
  if (!decision.allowed) throw denied(user, access, decision);
}

Object Api::find(const Resource& type, std::string_view ns, std::string_view name) const {
  return impl_->core.find({&type, std::string(ns), std::string(name)});
}

Object Api::get(const Resource& type, std::string_view ns, std::string_view name) const {
  if (!type.has_verb("get")) throw method_not_allowed(type, "get");
  Object found = find(type, ns, name);
  if (found == nullptr) throw not_found(type, name);
  return found;
}

ListResult Api::list(const Resource& type, std::string_view ns, const ListOptions& options) const {
  if (!type.has_verb("list")) throw method_not_allowed(type, "list");
  return list_collection(*impl_->core.collection(type), type.namespaced ? ns : "", options);
}

Object Api::create(const Resource& type, std::string_view ns, Json object, const WriteOptions& options) {
  return impl_->writer.create(type, ns, std::move(object), options);
}

Object Api::update(const Resource& type, std::string_view ns, std::string_view name, Json object,
                   std::string_view subresource, const WriteOptions& options) {
  return impl_->writer.update(type, ns, name, std::move(object), subresource, options);
}

Api::Patched Api::patch(const Resource& type, std::string_view ns, std::string_view name, PatchKind kind,
                        const Json& patch, std::string_view subresource, const WriteOptions& options) {
  return impl_->writer.patch(type, ns, name, kind, patch, subresource, options);
}

Api::Removed Api::remove(const Resource& type, std::string_view ns, std::string_view name,
                         const DeleteOptions& options) {
  if (!type.has_verb("delete")) throw method_not_allowed(type, "delete");
  return impl_->deletion.remove(type, ns, name, options);
}

std::vector<Object> Api::remove_collection(const Resource& type, std::string_view ns, const Selectors& selectors,
                                           const DeleteOptions& options) {
  if (!type.has_verb("deletecollection")) throw method_not_allowed(type, "deletecollection");
  ListOptions all;
  all.selectors = selectors;
  std::vector<Object> removed;
  for (const Object& object : list(type, ns, all).items) {
    DeleteOptions one = options;
    one.uid = codec::uid_of(*object);
    removed.push_back(remove(type, codec::namespace_of(*object), codec::name_of(*object), one).object);
  }
  return removed;
}

std::unique_ptr<Subscription> Api::watch(const Resource& type, std::string_view ns, const Selectors& selectors,
                                         std::string_view resource_version, bool bookmarks, bool mark_initial) const {
  if (!type.has_verb("watch")) throw method_not_allowed(type, "watch");
  WatchOptions options;
  options.ns = type.namespaced ? ns : "";
  options.selectors = selectors;
  options.resource_version = resource_version;
  options.bookmarks = bookmarks;
  options.mark_end_of_initial = mark_initial;
  options.bookmark_period = impl_->options.bookmark_period;
  return open_watch(impl_->core.collection(type), options, impl_->core.clock());
}

void Api::load(std::vector<Json> objects) {
  std::map<const Resource*, std::vector<Json>> by_type;
  const std::string now = impl_->core.now();
  for (Json& object : objects) {
    const Resource* type = find_kind(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
    if (type == nullptr) throw bad_request("no such kind: " + codec::string_at(object, {"kind"}));
    Json& metadata = child_object(object, "metadata");
    if (codec::uid_of(object).empty()) metadata["uid"] = impl_->core.new_uid();
    if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = now;
    if (counts_generations(*type) && !metadata.contains("generation")) metadata["generation"] = 1;
    // As at every other write: or the first change of a pod would look like one of its spec.
    decode_builtin(*type, object);
    tidy(object);
    by_type[type].push_back(std::move(object));
  }
  for (auto& [type, group] : by_type) impl_->core.load(*type, std::move(group));
}

void Api::compact() {
  for (const auto& [type, collection] : impl_->core.collections()) collection->compact();
}

std::uint64_t Api::version() const { return impl_->core.version(); }

}  // namespace dba::sandbox::api
