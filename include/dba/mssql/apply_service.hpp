#pragma once
// Server-side apply of a database and what may stand beside it in a file.

#include <optional>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/mssql/marks.hpp"

namespace dba::mssql {

struct ApplyRequest {
  bool force_conflicts = false;
  bool create_namespace = false;
  std::optional<IssuerRequest> issuer{};  ///< --with-issuer: made when it is missing, left alone when it is there.
  kube::DryRun dry_run = kube::DryRun::none;
  Mark mark{};
};

/// Whether an object may stand beside the database in a file: namespaces, secrets, config maps, services and issuers.
bool may_accompany(const Json& object);

/// Applies whole objects in their order. What would change is found out first by server dry runs, and a new database is
/// checked against the cluster as `create` does, so that a refusal leaves everything as it was.
///
/// @param objects with their namespaces; one MSSQLServer at most, valid in itself (check_database). Its version may be
///                absent: it stays as it is, or becomes the newest of the catalog.
/// @throws Error (refused): a conflict with another manager, naming it and the fields; a smaller volume; what `create`
///         refuses; what the server finds wrong. Other failures as ApiError.
/// @effects GETs and dry runs, then a PATCH for every object that changes, and the marks of the change. An object that
///          would stay as it is gets no request.
void apply_objects(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
                   const ChangeListener& listener);

}  // namespace dba::mssql
