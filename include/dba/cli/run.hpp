#pragma once
// The one place where failures become text and exit codes.

#include <string>
#include <vector>

#include "dba/base/exit_code.hpp"
#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

/// The whole tree, in help order. `global` receives the inherited flags.
/// @param as_mssql the binary is installed as kubectl-dba-mssql: the mssql group is the root.
Command root_command(GlobalOptions& global, bool as_mssql);

/// Parses, runs, prints what failed. Never throws.
ExitCode run(const std::vector<std::string>& arguments, const Command& root, AppContext& context);

}  // namespace dba::cli
