#pragma once
// Runs of `generate`, which opens no cluster.

#include <string>
#include <string_view>
#include <vector>

#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"

namespace dba::cli::generate_test {

inline test::CommandResult run(const std::vector<std::string>& arguments,
                               const platform::Environment::Map& environment = {}) {
  test::CommandHarness command;
  command.forbid_cluster();
  for (const auto& [name, value] : environment) command.set_variable(name, value);
  return command.run(arguments);
}

/// A manifest "sales.yaml" in a directory of its own.
struct File {
  explicit File(std::string_view text) : path((directory.path() / "sales.yaml").string()) {
    platform::write_new_secret_file(path, text);
  }
  platform::TemporaryDirectory directory{"generate-test-"};
  std::string path;
};

}  // namespace dba::cli::generate_test
