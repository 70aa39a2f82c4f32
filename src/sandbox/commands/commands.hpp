#pragma once
// The commands of `kubectl dba sandbox`.

#include "dba/cli/context.hpp"
#include "dba/cli/run.hpp"
#include "dba/cli/spec.hpp"

namespace dba::sandbox::commands {

cli::Command root_command(cli::GlobalOptions& global, const cli::Program& program);

cli::Command up_command();
cli::Command run_command();
cli::Command status_command();
cli::Command fault_command();
cli::Command truth_command();
cli::Command down_command();
cli::Command operator_command();

}  // namespace dba::sandbox::commands
