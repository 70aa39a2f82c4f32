#pragma once
// The one place where failures become text and exit codes.

#include <string>
#include <string_view>
#include <vector>

#include "dba/base/exit_code.hpp"
#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

/// How the program was started, read from argv[0].
struct Program {
  std::string name{};     ///< What usage lines say: "kubectl dba", "kubectl dba mssql", or the binary's own name.
  bool as_mssql = false;  ///< Installed as kubectl-dba-mssql: the mssql group is the root.
};
/// "/usr/bin/kubectl-dba" → "kubectl dba"; "kubectl-dba-mssql" → "kubectl dba mssql"; "dba" → "dba".
/// @source kubectl's plugin lookup: words joined by "-", a "-" inside a word written "_".
Program identify_program(std::string_view argv0);

/// The whole tree, in help order. `global` receives the inherited flags.
Command root_command(GlobalOptions& global, const Program& program);

/// The root of another program of the house: its own commands (texts written for `kubectl dba sandbox …`, say, which is
/// `program.name`), the inherited flags, and help, options, version and completion.
Command program_root(GlobalOptions& global, const Program& program, std::string summary, std::vector<Command> commands);

/// Parses, runs, prints what failed. Never throws.
/// @param arguments everything after the program name
ExitCode run(const std::vector<std::string>& arguments, const Command& root, AppContext& context);

}  // namespace dba::cli
