#include "dba/mssql/delete_service.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/names.hpp"

#include "find_database.hpp"
#include "follow_object.hpp"
#include "phase.hpp"

namespace dba::mssql {

namespace {

using kube::ApiError;
using kube::resources::mssqlserveropsrequests;
using kube::resources::mssqlservers;

/// @source KubeDB ops.kubedb.com/v1alpha1 phases: these four never change again.
bool is_finished(std::string_view phase) {
  constexpr std::array<std::string_view, 4> kFinished = {"Successful", "Failed", "Skipped", "Denied"};
  return std::find(kFinished.begin(), kFinished.end(), phase) != kFinished.end();
}

std::vector<RequestOfDatabase> requests_of(kube::Client& client, std::string_view ns, std::string_view name) {
  std::vector<RequestOfDatabase> found;
  const auto take = [&](Json&& item) {
    if (codec::string_at(item, {"spec", "databaseRef", "name"}) != name) return;
    const std::string phase = codec::string_at(item, {"status", "phase"});
    found.push_back({.name = codec::name_of(item),
                     .uid = codec::uid_of(item),
                     .type = codec::string_at(item, {"spec", "type"}),
                     .phase = phase,
                     .finished = is_finished(phase)});
  };
  client.list(mssqlserveropsrequests, ns, {}, take, [&] { found.clear(); });
  return found;
}

bool names_do_not_terminate(const ApiError& error) {
  // KubeDB's builds word the refusal differently; the policy's name is in all of them.
  return error.status().message.find("DoNotTerminate") != std::string::npos;
}

Error do_not_terminate(const Json& database, std::string cause, std::string_view command) {
  return Error({.code = ExitCode::refused,
                .message = fmt::format("database \"{}\" has deletionPolicy DoNotTerminate and is not deleted",
                                       codec::name_of(database)),
                .cause = std::move(cause),
                .hint = fmt::format("{} && {}", policy_command(database, DeletionPolicy::halt), command),
                .reason = "DoNotTerminate"});
}

/// What keeps a database that is being deleted.
std::string remains_of(const Json& database) {
  std::vector<std::string> finalizers;
  if (const Json* list = codec::find_at(database, {"metadata", "finalizers"}); list != nullptr && list->is_array()) {
    for (const Json& finalizer : *list)
      if (finalizer.is_string()) finalizers.push_back(finalizer.get<std::string>());
  }
  if (finalizers.empty()) return "it is still there, with no finalizer left";
  return fmt::format("the operator still works on it: finalizer {}", english_list(finalizers));
}

void delete_finished_requests(kube::Client& client, std::string_view ns, const DeletionInspection& inspection,
                              kube::DryRun dry_run, const DeletionListener& listener) {
  for (const RequestOfDatabase& request : inspection.requests) {
    if (!request.finished) continue;
    try {
      const Json answer =
          client.remove(mssqlserveropsrequests, ns, request.name, {.dry_run = dry_run, .uid = request.uid});
      listener.accepted(mssqlserveropsrequests, request.name, !is_being_deleted(answer));
    } catch (const ApiError& error) {
      if (error.kind() != ApiError::Kind::not_found) throw;
    }
  }
}

/// Sends the DELETE and puts the failures that have a meaning here into words.
/// @returns whether the object is gone with it: no finalizer holds it.
bool send_deletion(kube::Client& client, const Json& database, const DeletionRequest& request) {
  const std::string ns = codec::namespace_of(database);
  const std::string name = codec::name_of(database);
  try {
    const Json answer =
        client.remove(mssqlservers, ns, name, {.dry_run = request.dry_run, .uid = codec::uid_of(database)});
    return !is_being_deleted(answer);
  } catch (const ApiError& error) {
    if (names_do_not_terminate(error)) throw do_not_terminate(database, why(error), request.consent.command);
    if (error.kind() != ApiError::Kind::conflict) throw;
    throw Error({.code = ExitCode::refused,
                 .message = fmt::format("database \"{}\" was replaced by another of this name meanwhile; nothing was "
                                        "deleted",
                                        name),
                 .cause = why(error),
                 .reason = "Conflict"});
  }
}

std::string count_of_pods(std::size_t count) { return count == 1 ? "1 pod" : fmt::format("{} pods", count); }

/// A database is gone when its pods are. Warns of those that nobody removes, and does not wait for them.
/// @returns whether they went in time; otherwise `result` says which are left.
bool wait_for_pods(kube::Client& client, std::string_view ns, std::string_view name, platform::SteadyTime deadline,
                   const DeletionListener& listener, DeletionResult& result) {
  constexpr auto kBetweenLooks = std::chrono::milliseconds(500);
  while (true) {
    std::vector<std::string> left, going;
    try {
      for (const Json& pod :
           client.list(kube::resources::pods, ns, {.label_selector = pod_selector(name), .metadata_only = true}))
        (is_being_deleted(pod) ? going : left).push_back(codec::name_of(pod));
    } catch (const ApiError& error) {
      if (is_interrupt(error)) throw;
      if (!result.remains.empty() && ran_out_of_time(error, client, deadline)) return false;
      result.warnings.push_back(fmt::format("whether its pods are gone could not be seen: {}", why(error)));
      return true;
    }
    if (!left.empty()) {
      result.warnings.push_back(
          fmt::format("{} is gone, but still has {} that nobody removes: {}; is the KubeDB operator running?", name,
                      count_of_pods(left.size()), english_list(left)));
    }
    if (!left.empty() || going.empty()) return true;
    result.remains =
        fmt::format("the database is gone, {} still going: {}",
                    going.size() == 1 ? "1 pod is" : count_of_pods(going.size()) + " are", english_list(going));
    listener.waiting(result.remains);
    const platform::SteadyTime now = client.clock().steady_now();
    if (now >= deadline) return false;
    client.clock().sleep_until(std::min(now + kBetweenLooks, deadline), client.stop());
    throw_if_stopped(client);
  }
}

/// @returns whether it went in time; otherwise `result` says what holds it.
bool wait_until_gone(kube::Client& client, const Json& database, platform::SteadyTime deadline,
                     const DeletionListener& listener, DeletionResult& result) {
  const std::string ns = codec::namespace_of(database), name = codec::name_of(database);
  bool replaced = false;
  const bool object_gone = follow_object(client, mssqlservers, ns, name, deadline, [&](const Json* seen) {
    replaced = seen != nullptr && codec::uid_of(*seen) != codec::uid_of(database);
    if (seen == nullptr || replaced) return Follow::done;
    result.remains = remains_of(*seen);
    listener.waiting(result.remains);
    return Follow::go_on;
  });
  if (!object_gone || replaced) return object_gone;
  result.remains.clear();
  return wait_for_pods(client, ns, name, deadline, listener, result);
}

}  // namespace

DeletionInspection inspect_deletion(kube::Client& client, std::string_view ns, std::string_view name) {
  auto requests = std::async(std::launch::async, [&] { return requests_of(client, ns, name); });
  DeletionInspection inspection;
  inspection.database = std::make_shared<const Json>(get_database(client, ns, name));
  inspection.plan = plan_deletion(*inspection.database);
  try {
    inspection.requests = requests.get();
  } catch (const ApiError& error) {
    if (is_interrupt(error)) throw;
    if (error.kind() != ApiError::Kind::api_missing) inspection.requests_unknown = why(error);
  }
  return inspection;
}

void check_deletion(const DeletionInspection& inspection, const DeletionConsent& consent) {
  if (inspection.plan.blocked) throw do_not_terminate(*inspection.database, {}, consent.command);
  Problems problems;
  std::string hint;
  if (inspection.plan.loses_backups && !consent.wipe_out_data) {
    hint = consent.command + " --wipe-out-data";
    problems.add("--wipe-out-data",
                 "deletionPolicy is WipeOut: volumes, secrets and backups go as well; give this flag to "
                 "agree");
  }
  if (consent.delete_ops_requests && !inspection.requests_unknown.empty())
    problems.add("--delete-ops-requests", "ops requests could not be listed: " + inspection.requests_unknown);
  problems.throw_if_any(fmt::format("database \"{}\" is not deleted", codec::name_of(*inspection.database)),
                        ExitCode::refused, hint);
}

DeletionResult delete_database(kube::Client& client, const DeletionInspection& inspection,
                               const DeletionRequest& request, const DeletionListener& listener) {
  const Json& database = *inspection.database;
  const std::string ns = codec::namespace_of(database);
  const bool dry_run = request.dry_run != kube::DryRun::none;
  DeletionResult result;
  if (request.consent.delete_ops_requests) delete_finished_requests(client, ns, inspection, request.dry_run, listener);
  if (!dry_run) {
    std::string problem = record_event(client, database, request.mark, "deletion requested");
    if (!problem.empty()) result.warnings.push_back(std::move(problem));
  }
  const bool gone_at_once = send_deletion(client, database, request);
  listener.accepted(mssqlservers, codec::name_of(database), gone_at_once);
  if (dry_run) return result;
  if (!request.wait) {
    if (gone_at_once) result.state = DeletionResult::State::gone;
    return result;
  }
  try {
    const bool gone = wait_until_gone(client, database, request.deadline, listener, result);
    result.state = gone ? DeletionResult::State::gone : DeletionResult::State::timed_out;
  } catch (const Error& error) {
    if (!is_interrupt(error)) throw;
    throw Error({.code = error.code(),
                 .message = "interrupted",
                 .hint = fmt::format("kubectl dba mssql wait {} -n {} --for=delete",
                                     shell_quote(codec::name_of(database)), shell_quote(ns))});
  }
  return result;
}

}  // namespace dba::mssql
