// `sandbox`: the simulated cluster is a program of its own; kubectl finds it by name, and so do we.
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/platform/launch.hpp"

#include "commands.hpp"

namespace dba::cli {

namespace {

constexpr std::string_view kProgram = "kubectl-dba-sandbox";

/// Beside our own executable first: the two belong to one release.
std::string find_program() {
  std::error_code error;
  const std::filesystem::path beside = platform::own_executable().parent_path() / kProgram;
  return std::filesystem::exists(beside, error) ? beside.string() : std::string(kProgram);
}

}  // namespace

ExitCode become_sandbox(const std::vector<std::string>& words) {
  std::vector<std::string> argv{find_program()};
  argv.insert(argv.end(), words.begin(), words.end());
  try {
    platform::become(argv);
  } catch (const Error& error) {
    throw Error(ExitCode::denied, "the sandbox is not installed: no kubectl-dba-sandbox beside this program or on PATH",
                error.info().message, "install build/release/kubectl-dba-sandbox beside kubectl-dba");
  }
}

Command sandbox_command() {
  const auto words = std::make_shared<std::vector<std::string>>();
  return {
      .name = "sandbox",
      .summary = "Simulate a cluster with KubeDB to try things on",
      .description =
          "Starts, breaks and ends simulated clusters: up, run, status, fault, truth, down, operator. "
          "`kubectl dba sandbox --help` tells more.",
      .examples =
          "# A cluster with a Ready availability group, for one script\n"
          "kubectl dba sandbox run --with sales -- kubectl dba mssql roles sales\n\n"
          "# One that stays until Ctrl-C; it prints the KUBECONFIG to use\n"
          "kubectl dba sandbox up\n",
      .arguments = {{.name = "WORDS", .help = "What the sandbox is told", .into = words.get(), .required = false}},
      .run = [words](AppContext&) { return become_sandbox(*words); },
      .group = "Try",
      .raw_arguments = true,
  };
}

}  // namespace dba::cli
