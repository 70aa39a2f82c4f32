#pragma once
// Waits until a condition on one database is met, by watch.

#include <functional>
#include <string>
#include <string_view>

#include "dba/kube/client.hpp"
#include "dba/mssql/wait_condition.hpp"
#include "dba/platform/clock.hpp"

namespace dba::mssql {

struct WaitRequest {
  std::string ns{}, name{};
  WaitCondition condition{};
  platform::SteadyTime deadline = platform::SteadyTime::max();
  bool wait_for_create = false;  ///< A database that does not exist yet is waited for.
};
struct WaitResult {
  enum class Outcome { met, timed_out, never };
  Outcome outcome = Outcome::met;
  std::string observed{};  ///< What was seen last, or why it can never be met.
  bool exists = false;     ///< Whether the database is there at the end, as far as was seen.
  std::string warning{};   ///< Met, but hardly as it was meant: the deletion of what never was, with what is near.
};

/// @param progress gets what was seen, whenever that changes.
/// @throws Error (denied) when the database does not exist (with close names), or may not be followed;
///         (interrupted) when the client's stop token is requested.
WaitResult wait_for(kube::Client& client, const WaitRequest& request,
                    const std::function<void(std::string_view)>& progress);

}  // namespace dba::mssql
