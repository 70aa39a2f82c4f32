#include "deletion_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

namespace dba::cli {

void tell_plan(AppContext& context, const mssql::DeletionInspection& inspection) {
  context.io.err.write(mssql::deletion_text(*inspection.database, inspection.plan));
}

void warn_of_requests(AppContext& context, const mssql::DeletionInspection& inspection) {
  for (const mssql::RequestOfDatabase& request : inspection.requests) {
    if (request.finished) continue;
    context.io.warn(
        fmt::format("ops request {} ({}, {}) is not finished; once the database is gone it can no longer be "
                    "changed: kubectl delete mssqlserveropsrequests.ops.kubedb.com {} -n {}",
                    request.name, request.type, request.phase.empty() ? "no phase yet" : request.phase,
                    shell_quote(request.name), shell_quote(codec::namespace_of(*inspection.database))));
  }
  if (!inspection.requests_unknown.empty())
    context.io.warn(fmt::format("ops requests could not be listed: {}", inspection.requests_unknown));
}

DeletionOutput::DeletionOutput(AppContext& context, const mssql::DeletionInspection& inspection, bool names_only,
                               DryRun dry_run)
    : context_(context),
      ns_(codec::namespace_of(*inspection.database)),
      name_(codec::name_of(*inspection.database)),
      names_only_(names_only),
      dry_run_(dry_run) {}

mssql::DeletionListener DeletionOutput::listener(output::Progress& progress) {
  return {
      .accepted =
          [this](const kube::ResourceType& type, std::string_view name, bool gone) {
            accepted(type, name, gone);
            if (&type != &kube::resources::mssqlservers) print(type, name, gone);
          },
      .waiting = [this, &progress](
                     std::string_view what) { progress.update(fmt::format("waiting for {} to go: {}", name_, what)); }};
}

/// The server agreed to it: worth telling, whatever comes after it.
void DeletionOutput::accepted(const kube::ResourceType& type, std::string_view name, bool gone) {
  if (dry_run_ != DryRun::none) return;
  const std::string object = fmt::format("{}/{}", type.printed_kind(), name);
  context_.untold.push_back(gone ? fmt::format("{} was deleted", object)
                                 : fmt::format("the deletion of {} was accepted and goes on without us", object));
}

void DeletionOutput::print(const kube::ResourceType& type, std::string_view name, bool gone) {
  if (names_only_) {
    context_.io.line(fmt::format("{}/{}", type.printed_kind(), name));
  } else {
    const bool deleted = gone || dry_run_ != DryRun::none;
    context_.io.line(fmt::format("{} \"{}\" {} {} namespace{}", type.printed_kind(), name,
                                 deleted ? "deleted from" : "deletion accepted in", ns_, dry_run_suffix(dry_run_)));
  }
  if (context_.io.out.failure().empty()) context_.untold.clear();
}

}  // namespace dba::cli
