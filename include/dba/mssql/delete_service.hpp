#pragma once
// Deletes a database: first everything one should know, then, once the user has agreed, the deletion itself.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/deletion.hpp"
#include "dba/mssql/marks.hpp"
#include "dba/platform/clock.hpp"

namespace dba::mssql {

/// An ops request of the database, as far as a deletion is concerned with it.
struct RequestOfDatabase {
  std::string name{}, uid{};
  std::string type{}, phase{};  ///< "Restart", "Progressing"; an empty phase has not been looked at by the operator.
  bool finished = false;        ///< It ran to an end, good or bad.
};

struct DeletionInspection {
  std::shared_ptr<const Json> database{};
  DeletionPlan plan{};
  std::vector<RequestOfDatabase> requests{};
  std::string requests_unknown{};  ///< Why the ops requests could not be listed; empty = they could.
};

/// @throws Error (denied) when the database does not exist, with close names and where else it exists.
/// @effects two requests in parallel.
DeletionInspection inspect_deletion(kube::Client& client, std::string_view ns, std::string_view name);

/// What the user agreed to, and how: a hint repeats it.
struct DeletionConsent {
  bool wipe_out_data = false;
  bool delete_ops_requests = false;
  std::string command{};  ///< As typed, quoted for a shell.
};

/// @throws Error (refused) with every reason: DoNotTerminate (and the command that lifts it), WipeOut without consent
///         to lose data and backups, ops requests that are to be deleted but could not be listed.
void check_deletion(const DeletionInspection& inspection, const DeletionConsent& consent);

struct DeletionRequest {
  DeletionConsent consent{};
  bool wait = true;
  platform::SteadyTime deadline = platform::SteadyTime::max();  ///< Of the wait.
  kube::DryRun dry_run = kube::DryRun::none;
  Mark mark{};
};
struct DeletionResult {
  enum class State {
    gone,       ///< Or replaced by another object of the same name.
    accepted,   ///< Not waited for, and held by finalizers; or a dry run.
    timed_out,  ///< Accepted, still there.
  };
  State state = State::accepted;
  std::string remains{};  ///< With `timed_out`: what holds it.
  std::vector<std::string> warnings{};
};

/// Tells what happens while it happens: when the rest fails, what was done before has been said.
struct DeletionListener {
  /// A DELETE was accepted, or would be, with a dry run. `gone`: no finalizer holds the object.
  std::function<void(const kube::ResourceType& type, std::string_view name, bool gone)> accepted{};
  std::function<void(std::string_view what)> waiting{};  ///< What is waited for, whenever that changes.
};

/// Deletes the object that was inspected: another one of the same name is left alone.
/// @throws Error (refused) when it was replaced meanwhile or the webhook refuses; (denied) when it is gone already.
///         (interrupted) with the command that waits on.
/// @effects DELETEs of ops requests, one Event, one DELETE with a uid precondition, a watch; once the object is gone,
///          one LIST of its pods: those that nobody removes are a warning.
DeletionResult delete_database(kube::Client& client, const DeletionInspection& inspection,
                               const DeletionRequest& request, const DeletionListener& listener);

}  // namespace dba::mssql
