#pragma once
// How objects go away: grace, finalizers, dependents, namespaces with all they hold.

#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "api/core.hpp"

namespace dba::sandbox::api {

class Deletion {
 public:
  explicit Deletion(Core& core) : core_(core) {}

  /// @throws StatusError
  Api::Removed remove(const Resource& type, std::string_view ns, std::string_view name, const DeleteOptions& options);
  /// Takes `current` away for good, `last` being its final state, and lets its dependents follow. Null when it is not
  /// what is stored any more.
  Object finish(const Resource& type, const Object& current, Json last);
  /// After a create or an update: an object none of whose owners exists goes, and so does one that outlived the
  /// deletion of its namespace because an admission refused to let it go.
  void settle(const Resource& type, const Object& object);
  /// Deletion has begun and nothing holds it any more.
  static bool is_due(const Json& object);

 private:
  Json final_state(const Resource& type, Json object) const;
  Object mark(const Resource& type, const Object& current, const DeleteOptions& options, int grace);
  void follow_propagation(const Resource& type, const Object& marked);
  void after_removal(const Resource& type, const Object& gone);
  void collect(const ObjectRef& dependent);
  bool has_solid_owner(const Json& object) const;
  void delete_quietly(const ObjectRef& ref, const DeleteOptions& options);
  void delete_dependents(const Object& owner);
  void orphan_dependents(const Resource& type, const Object& owner);
  void release_foreground(const ObjectRef& owner);
  void drop_finalizer(const ObjectRef& ref, std::string_view finalizer);
  void empty_namespace(const std::string& name);
  void finish_namespace(const std::string& name);

  Core& core_;
};

}  // namespace dba::sandbox::api
