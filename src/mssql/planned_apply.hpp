#pragma once
// What a server-side apply would do to one object, found out by a server dry run: the one place where `apply` and
// `diff` decide, so that they cannot differ.

#include <memory>
#include <optional>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/resource.hpp"

namespace dba::mssql {

struct PlannedApply {
  PlannedApply();
  PlannedApply(PlannedApply&&) noexcept;
  PlannedApply& operator=(PlannedApply&&) noexcept;
  ~PlannedApply();

  const kube::ResourceType* type = nullptr;
  std::shared_ptr<const Json> intent{};  ///< What would be sent: without what only the server may write.
  std::shared_ptr<const Json> live{};    ///< Null when there is none yet.
  std::shared_ptr<const Json> merged{};  ///< What the live object would become; null without one.
  bool force = false;                    ///< Also when the only other manager is our own earlier `create`.

  /// The object would stay as it is, whoever owns its fields.
  bool unchanged() const;
  /// And we own already what the intent says: only then does leaving a field out of a later intent remove it.
  bool nothing_to_send() const;
};

/// The object of that kind and name as it is; absent when there is none.
/// @throws Error (usage) for a kind we do not know.
std::optional<Json> find_live(kube::Client& client, const Json& object);

/// @param intent whole object of a kind we know, with its namespace.
/// @param live   what find_live() gave.
/// @throws ApiError (apply_conflict) when other managers own fields with other values, unless `force_conflicts`.
/// @effects one or two dry runs when there is a live object.
PlannedApply plan_apply(kube::Client& client, const Json& intent, const std::optional<Json>& live,
                        bool force_conflicts);

/// The object without what only the server writes: status, uid, resourceVersion, managedFields and our own marks, as an
/// object that was exported from a cluster has them.
Json without_server_fields(const Json& object);

}  // namespace dba::mssql
