#pragma once
// The marks every change of ours leaves: annotations on the object and an Event, so that the next person sees who did
// what and why. Not being allowed to leave one is a warning, never a failure.

#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"

namespace dba::mssql {

inline constexpr std::string_view kMarkPrefix = "kubectl-dba/";

/// One change as it is told to others.
struct Mark {
  std::string action{};  ///< Lower-case verb as typed: "create", "apply", "delete", "ops restart".
  std::string by{};      ///< Who: the user the server sees when known, else user@host.
  std::string at{};      ///< RFC 3339 UTC.
  std::string reason{};  ///< --reason; empty = not given.
};

/// Writes the annotations kubectl-dba/last-action, -by, -at and -reason onto an object that was just created or
/// changed; an older reason goes when this change has none. They belong to a field manager of their own, so that
/// applying the same intent again changes nothing.
///
/// An object that we created by POST is owned by us as an "Update"; the same patch turns that into "Apply", as kubectl
/// does when it moves to server-side apply, or the first `apply` after `create` would conflict with ourselves.
/// @returns empty when it was written, else why not — for a warning.
/// @effects one PATCH (again after a conflict, five at most); never throws ApiError.
std::string leave_marks(kube::Client& client, const Json& object, const Mark& mark);

/// Removes our annotations, so that two intents can be compared.
void remove_marks(Json& object);

/// POSTs an Event about `object` (type Normal, reason "DbaCreate"-like, source component kubectl-dba).
/// @returns empty when it was written, else why not — for a warning.
/// @effects one POST in the object's namespace ("default" for cluster-scoped objects); never throws ApiError.
std::string record_event(kube::Client& client, const Json& object, const Mark& mark, std::string_view message);

}  // namespace dba::mssql
