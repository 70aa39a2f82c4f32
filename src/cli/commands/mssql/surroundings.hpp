#pragma once
// What `create` and `apply` share around the database itself.

#include <chrono>
#include <optional>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/issuer_service.hpp"

#include "database_flags.hpp"
#include "mutation_flags.hpp"

namespace dba::cli {

/// --with-issuer: the issuer that the database names, made when it is missing and left alone when it is there.
std::optional<mssql::IssuerRequest> issuer_request(const SurroundingsOptions& options, const Json& database,
                                                   DryRun dry_run);
/// The objects of the same for --dry-run=client; contacts nothing.
std::vector<Json> surrounding_objects(const SurroundingsOptions& options, const Json& database, AppContext& context);

/// No call of the client goes on after `timeout` (0 = no limit) from now on.
/// @returns that moment; one that never comes for 0.
platform::SteadyTime limit_calls(AppContext& context, std::chrono::nanoseconds timeout);

/// A context that was named by --i-know-this-is has to be the one in use.
void check_named_context(AppContext& context, const MutationOptions& options);

kube::DryRun server_dry_run(DryRun dry_run);

}  // namespace dba::cli
