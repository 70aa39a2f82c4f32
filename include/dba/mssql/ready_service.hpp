#pragma once
// Follows a database that was just made until it is Ready, or never will be.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/platform/clock.hpp"

namespace dba::mssql {

struct ReadyResult {
  enum class Outcome {
    ready,
    never,  ///< Deleted, replaced or halted meanwhile: see `text`.
    timed_out,
  };
  Outcome outcome = Outcome::ready;
  std::string text{};                      ///< What it was waiting for last, or why it will never be ready.
  std::string newest{};                    ///< Newest condition; empty when there was none.
  std::shared_ptr<const Json> database{};  ///< As last seen; null when it is gone or was never seen.
};

/// @param database the object as it was made; another one of the same name is not it.
/// @param progress gets what is being waited for, whenever that changes.
/// @returns at `deadline` at the latest.
/// @throws ApiError when the database cannot be followed (its pods need not be readable); Error (interrupted) when the
///         client is asked to stop.
/// @effects watches of the database and its pods.
ReadyResult wait_until_ready(kube::Client& client, const Json& database, platform::SteadyTime deadline,
                             const std::function<void(std::string_view)>& progress);

}  // namespace dba::mssql
