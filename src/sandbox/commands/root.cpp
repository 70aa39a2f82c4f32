#include <utility>
#include <vector>

#include "commands/commands.hpp"

namespace dba::sandbox::commands {

cli::Command root_command(cli::GlobalOptions& global, const cli::Program& program) {
  std::vector<cli::Command> commands;
  commands.push_back(up_command());
  commands.push_back(run_command());
  commands.push_back(status_command());
  commands.push_back(fault_command());
  commands.push_back(truth_command());
  commands.push_back(down_command());
  commands.push_back(operator_command());
  cli::Command root =
      cli::program_root(global, program, "Simulate a cluster with KubeDB to try things on", std::move(commands));
  root.description =
      "A Kubernetes API server in one process, with a KubeDB that behaves as documented: databases become Ready, a "
      "deleted primary is replaced, faults can be switched on. Nothing leaves this machine and nothing is kept. It "
      "stands in for documented behaviour; it proves nothing about a real SQL Server.";
  root.examples =
      "# Start one, use it from this shell, end it\n"
      "eval \"$(kubectl dba sandbox up --detach --with sales)\"\n"
      "kubectl dba mssql roles sales\n"
      "kubectl dba sandbox down\n\n"
      "# One for the time of a script\n"
      "kubectl dba sandbox run --with sales -- ./my-ci-script.sh\n";
  return root;
}

}  // namespace dba::sandbox::commands
