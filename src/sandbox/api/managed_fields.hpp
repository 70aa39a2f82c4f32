#pragma once
// Who owns which fields: metadata.managedFields, kept for every write.
// @source structured-merge-diff and kube-apiserver's field manager, compared with a running API server

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/field_set.hpp"
#include "api/field_type.hpp"

namespace dba::sandbox::api {

struct Manager {
  std::string name{}, operation{}, api_version{}, subresource{}, time{};
  FieldSet fields{};

  /// The same manager, whatever it owns. An applier stays itself from version to version.
  bool is(const Manager& other) const;
};

class Managers {
 public:
  /// Of an object's metadata; entries that cannot be read are left out.
  static Managers of(const Json& object);
  void write_to(Json& object) const;

  bool empty() const { return all_.empty(); }
  Manager* find(const Manager& who);
  void set(Manager manager);
  std::vector<Manager>& all() { return all_; }
  FieldSet owned_by_all() const;
  /// Takes fields away from everybody but `who`, and those who are left with nothing.
  void take_from_others(const Manager& who, const FieldSet& changed, const FieldSet& removed);

 private:
  std::vector<Manager> all_{};
};

/// What an object of a type has before it exists, so that a created one owns what it wrote and nothing around it.
Json blank_object(bool custom);
/// The set without what nobody owns: identity and what the API server writes itself.
FieldSet ownable(const FieldSet& set);
/// The object without its managedFields.
Json without_managers(const Json& object);

/// Brings the managedFields of `next` up to date after a write that was no apply.
/// @param live nullptr at creation
/// @param who  name, api_version, subresource and time of the writer; its operation is Update
void track_update(const Json* live, Json& next, const FieldType& type, Manager who);

}  // namespace dba::sandbox::api
