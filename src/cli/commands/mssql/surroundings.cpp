#include "surroundings.hpp"

#include <nlohmann/json.hpp>

#include "dba/mssql/issuer.hpp"

#include "guard.hpp"

namespace dba::cli {

std::optional<mssql::IssuerRequest> issuer_request(const SurroundingsOptions& options, const Json& database,
                                                   DryRun dry_run) {
  if (!options.with_issuer) return std::nullopt;
  return mssql::IssuerRequest{.ref = mssql::issuer_ref_of(database),
                              .ns = codec::namespace_of(database),
                              .keep_existing = true,
                              .dry_run = server_dry_run(dry_run)};
}

std::vector<Json> surrounding_objects(const SurroundingsOptions& options, const Json& database, AppContext& context) {
  const auto request = issuer_request(options, database, DryRun::client);
  if (!request) return {};
  return mssql::issuer_objects(*request, context.clock.wall_now());
}

platform::SteadyTime limit_calls(AppContext& context, std::chrono::nanoseconds timeout) {
  if (timeout.count() == 0) return platform::SteadyTime::max();
  const platform::SteadyTime deadline = context.clock.steady_now() + timeout;
  context.limit(deadline);
  return deadline;
}

void check_named_context(AppContext& context, const MutationOptions& options) {
  if (!options.i_know_this_is) return;
  const kube::ClientConfig& config = context.kube().config();
  check_protected(context, config.context, config.ns, options.i_know_this_is);
}

kube::DryRun server_dry_run(DryRun dry_run) {
  return dry_run == DryRun::server ? kube::DryRun::server : kube::DryRun::none;
}

}  // namespace dba::cli
