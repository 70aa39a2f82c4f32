#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/cli/flags.hpp"
#include "dba/cli/run.hpp"

#include "commands/commands.hpp"
#include "commands/mssql/commands.hpp"

namespace dba::cli {

namespace {

std::vector<Command> in_group(std::string_view group, std::vector<Command> commands) {
  for (Command& command : commands) command.group = group;
  return commands;
}

void append(std::vector<Command>& to, std::vector<Command> more) {
  for (Command& command : more) to.push_back(std::move(command));
}

/// The commands for SQL Server in help order; a new one is added to the list of its group.
Command mssql_group() {
  Command group{
      .name = "mssql",
      .summary = "Declare and watch databases of Microsoft SQL Server",
      .examples =
          "# Make an availability group of three replicas, and wait until it serves\n"
          "kubectl dba mssql create sales -n demo --replicas 3 --databases agdb1 "
          "--issuer mssqlserver-ca-issuer --storage 10Gi --accept-eula --wait\n"
          "# Who leads, and do SQL Server, labels and Services agree\n"
          "kubectl dba mssql roles sales -n demo\n"
          "# How far is every replica\n"
          "kubectl dba mssql replicas sales -n demo\n",
      .group = "Databases",
  };
  append(group.commands, in_group("Declare", {create_command(), generate_command(), apply_command(), diff_command(),
                                              delete_command(), issuer_command()}));
  append(group.commands,
         in_group("See", {list_command(), roles_command(), replicas_command(), wait_command(), versions_command()}));
  append(group.commands, in_group("Reach", {query_command(), port_forward_command()}));
  return group;
}

/// What every program of the house has.
std::vector<Command> common_commands() {
  return {help_command(), options_command(), version_command(), shell_complete_command(true),
          shell_complete_command(false)};
}

std::vector<Command> tool_commands(const Program& program) {
  std::vector<Command> commands{completion_command(program), config_command(), doctor_command(), exit_codes_command()};
  append(commands, common_commands());
  return in_group("This tool", std::move(commands));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Texts are written for `kubectl dba`; started under another name, the binary shows them with that name.
void rename_program(Command& command, std::string_view from, std::string_view to) {
  for (std::string* text : {&command.description, &command.examples}) replace_all(*text, from, to);
  for (Command& child : command.commands) rename_program(child, from, to);
}

}  // namespace

Command root_command(GlobalOptions& global, const Program& program) {
  Command root{
      .name = program.name, .summary = "Declare and watch databases that KubeDB runs", .flags = global_flags(global)};
  Command mssql = mssql_group();
  std::vector<Command> tools = tool_commands(program);
  const std::string_view database_words = program.as_mssql ? "kubectl dba mssql" : "kubectl dba";
  if (database_words != program.name) rename_program(mssql, database_words, program.name);
  for (Command& tool : tools) {
    if (program.name != "kubectl dba") rename_program(tool, "kubectl dba", program.name);
  }
  if (program.as_mssql) {
    root.summary = mssql.summary;
    root.examples = mssql.examples;
    root.commands = std::move(mssql.commands);
  } else {
    root.commands.push_back(std::move(mssql));
    root.commands.push_back(sandbox_command());
  }
  append(root.commands, std::move(tools));
  return root;
}

Command program_root(GlobalOptions& global, const Program& program, std::string summary,
                     std::vector<Command> commands) {
  Command root{.name = program.name, .summary = std::move(summary), .flags = global_flags(global)};
  root.commands = std::move(commands);
  std::vector<Command> tools = in_group("This tool", common_commands());
  for (Command& tool : tools) rename_program(tool, "kubectl dba", program.name);
  append(root.commands, std::move(tools));
  return root;
}

}  // namespace dba::cli
