#pragma once
// What `delete` says about the objects it removes.

#include <string>
#include <string_view>

#include "dba/cli/context.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/delete_service.hpp"
#include "dba/output/progress.hpp"

#include "mutation_flags.hpp"

namespace dba::cli {

/// What goes and what stays, on stderr.
void tell_plan(AppContext& context, const mssql::DeletionInspection& inspection);
/// Of ops requests that are not finished, or could not be listed.
void warn_of_requests(AppContext& context, const mssql::DeletionInspection& inspection);

/// kubectl's lines, with "deleted" for what is gone alone. A deletion that has not reached stdout stands in
/// AppContext::untold.
class DeletionOutput {
 public:
  /// @param names_only -o name
  DeletionOutput(AppContext& context, const mssql::DeletionInspection& inspection, bool names_only, DryRun dry_run);

  /// Prints ops requests as they go, and shows what is waited for. Neither argument nor this may go before it.
  mssql::DeletionListener listener(output::Progress& progress);
  void print(const kube::ResourceType& type, std::string_view name, bool gone);

 private:
  void accepted(const kube::ResourceType& type, std::string_view name, bool gone);

  AppContext& context_;
  std::string ns_, name_;
  bool names_only_;
  DryRun dry_run_;
};

}  // namespace dba::cli
