#pragma once
// Server-side apply of a database and what may stand beside it in a file.

#include <memory>
#include <optional>
#include <string>
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
};

/// Whether an object may stand beside the database in a file: namespaces, secrets, config maps, services and issuers.
bool may_accompany(const Json& object);

/// What an apply will do, found out without changing anything.
class ApplyPlan {
 public:
  struct Impl;
  explicit ApplyPlan(std::unique_ptr<Impl> impl);
  ApplyPlan(ApplyPlan&&) noexcept;
  ApplyPlan& operator=(ApplyPlan&&) noexcept;
  ~ApplyPlan();
  /// Whether anything is sent to an object, were it only for who owns its fields.
  bool sends_something() const;
  /// Where existing objects lose protection: a deletionPolicy that leaves less behind, or fields that are taken over by
  /// force. An object outside of any namespace gives "".
  std::vector<std::string> unprotected_namespaces() const;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Server dry runs tell what would change, and a database that is new or changes is checked against the cluster as
/// `create` does, so that a refusal leaves everything as it was.
///
/// @param objects with their namespaces; one MSSQLServer at most, valid in itself (check_database). Its version may be
///                absent: it stays as it is, or becomes the newest of the catalog.
/// @throws Error (refused): a conflict with another manager, naming it and the fields; a smaller volume; a database
/// that
///         is being deleted; what `create` refuses; what the server finds wrong. Other failures as ApiError.
/// @effects GETs and dry runs.
ApplyPlan plan_application(kube::Client& client, const std::vector<Json>& objects, const ApplyRequest& request,
                           const ChangeListener& listener);

/// Applies what was planned, in the order of the objects.
/// @effects a PATCH for every object that changes, and the marks of the change. An object that would stay as it is gets
///          one only to make its fields ours; with a dry run none of those that are there does.
void apply_plan(kube::Client& client, const ApplyPlan& plan, const ApplyRequest& request, const Mark& mark,
                const ChangeListener& listener);

}  // namespace dba::mssql
