#pragma once
// Flags that every command has that changes something: one name, one meaning.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "dba/cli/flags.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

enum class DryRun { none, client, server };

struct MutationOptions {
  DryRun dry_run = DryRun::none;
  bool yes = false;
  std::optional<std::string> reason{};
  std::optional<std::string> i_know_this_is{};
};

struct WaitOptions {
  bool wait = false;
  std::chrono::nanoseconds timeout = std::chrono::minutes(10);  ///< 0 = no limit.
};

/// --dry-run, --yes, --reason, --i-know-this-is. `options` must outlive parsing.
std::vector<Flag> mutation_flags(MutationOptions& options);
/// --timeout: seconds or a duration, 0 = no limit.
Flag timeout_flag(std::chrono::nanoseconds& into, std::string help);
/// --wait and --timeout.
std::vector<Flag> wait_flags(WaitOptions& options);
/// " (dry run)", " (server dry run)" or nothing: the end of a success line.
std::string_view dry_run_suffix(DryRun dry_run);

}  // namespace dba::cli
