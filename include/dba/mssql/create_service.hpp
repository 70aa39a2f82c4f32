#pragma once
// Makes a database: everything is checked in one parallel round of reads, then the objects are written.

#include <memory>
#include <optional>
#include <string>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/mssql/marks.hpp"

namespace dba::mssql {

struct CreateRequest {
  bool create_namespace = false;
  std::optional<IssuerRequest> issuer{};  ///< --with-issuer: made when it is missing, left alone when it is there.
  kube::DryRun dry_run = kube::DryRun::none;
  Mark mark{};
};

/// A database that nothing speaks against.
struct CreatePlan {
  std::shared_ptr<const Json> database{};  ///< With the version, which the catalog gave when none was named.
  bool namespace_missing = false;
};

/// @param database a whole object with metadata.namespace, valid in itself (check_database).
/// @throws Error with everything that speaks against it at once: refused, also when the name is taken; denied when an
///         API is not installed. What the user may not read is warned about instead.
/// @effects reads only.
CreatePlan plan_creation(kube::Client& client, const Json& database, const CreateRequest& request,
                         const ChangeListener& listener);

/// Writes namespace, CA secret, issuer and database, as far as they are wanted and missing.
/// @returns the database as the server has it.
/// @throws Error (refused) when the server does not take it, naming every field it finds wrong; (acceptance unknown)
///         when an unanswered POST could not be looked up.
/// @effects POSTs, then the marks of the change; those that cannot be left are warnings.
Json create_database(kube::Client& client, const CreatePlan& plan, const CreateRequest& request,
                     const ChangeListener& listener);

/// Makes `ns` unless it is there. True when it was made.
bool ensure_namespace(kube::Client& client, std::string_view ns, kube::DryRun dry_run, const Mark& mark,
                      const ChangeListener& listener);

}  // namespace dba::mssql
