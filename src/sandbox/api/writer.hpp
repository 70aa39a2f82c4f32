#pragma once
// Creates, updates and patches: from what a client sent to what is stored.

#include <functional>
#include <string_view>

#include "api/api.hpp"
#include "api/core.hpp"
#include "api/deletion.hpp"
#include "api/managed_fields.hpp"

namespace dba::sandbox::api {

class Writer {
 public:
  Writer(Core& core, Deletion& deletion) : core_(core), deletion_(deletion) {}

  /// All @throws StatusError.
  Object create(const Resource& type, std::string_view ns, Json object, const WriteOptions& options);
  Object update(const Resource& type, std::string_view ns, std::string_view name, Json object,
                std::string_view subresource, const WriteOptions& options);
  Api::Patched patch(const Resource& type, std::string_view ns, std::string_view name, PatchKind kind,
                     const Json& patch, std::string_view subresource, const WriteOptions& options);

 private:
  struct Target {
    const Resource& type;
    std::string_view ns, name, subresource;
    const WriteOptions& options;
  };
  /// From what is stored to what the client wants of it: whole, decoded.
  using Wish = std::function<Json(const Object& current)>;

  Object store_new(const Resource& type, Json object, const WriteOptions& options);
  StatusError taken(const Resource& type, const Json& object) const;
  Object commit_new(const Resource& type, Json object, bool name_is_generated);
  Object change(const Target& target, bool applied, const Wish& wish);
  Object store_change(const Target& target, const Object& current, Json next);
  Api::Patched apply(const Target& target, const Json& configuration);
  Json patched(const Target& target, PatchKind kind, const Json& patch, const Object& current) const;
  Manager manager(const Resource& type, std::string_view subresource, const WriteOptions& options) const;
  void need_namespace(const Resource& type, const Json& object) const;
  void choose_storage_class(const Resource& type, Json& object) const;
  void check_expansion(const Resource& type, const Json& current, const Json& next) const;

  Core& core_;
  Deletion& deletion_;
};

}  // namespace dba::sandbox::api
