#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/text.hpp"
#include "dba/cli/run.hpp"
#include "dba/cli/spec.hpp"

#include "support/command_harness.hpp"
#include "support/golden.hpp"

using dba::cli::Command;
using dba::test::check_golden;
using dba::test::CommandHarness;

namespace {

/// Writes one golden for every command of the real tree.
void check_all(const Command& command, std::vector<std::string> words) {
  CommandHarness harness;
  std::string file = words.empty() ? "root" : dba::join(words, "-");
  std::vector<std::string> line = words;
  if (command.raw_arguments) {
    line.insert(line.begin(), "help");  // Its --help is read by the program it starts.
  } else {
    line.emplace_back("--help");
  }
  check_golden("help/" + file + ".txt", harness.run(line).out);
  for (const Command& child : command.commands) {
    if (child.hidden) continue;
    std::vector<std::string> deeper = words;
    deeper.push_back(child.name);
    check_all(child, deeper);
  }
}

}  // namespace

TEST_CASE("the help of every command is what was looked at") {
  dba::cli::GlobalOptions global;
  check_all(dba::cli::root_command(global, dba::cli::identify_program("kubectl-dba")), {});
  check_golden("output/options.txt", CommandHarness().run({"options"}).out);
}

TEST_CASE("help is wrapped at the width of the terminal") {
  std::string text(300, 'x');
  for (std::size_t i = 10; i < text.size(); i += 11) text[i] = ' ';
  std::optional<std::string> size;
  const Command command{.name = "kubectl dba", .summary = "Root", .description = text};
  const Command leaf{.name = "leaf",
                     .summary = "Leaf",
                     .flags = {{.name = "size", .value = "SIZE", .help = text, .into = &size}},
                     .run = [](dba::cli::AppContext&) { return dba::ExitCode::ok; }};
  for (const std::size_t width : {60U, 100U}) {
    for (const std::string& line : dba::split(dba::cli::help_text({&command, &leaf}, width), '\n')) {
      CHECK(dba::display_width(line) <= width);
    }
  }
  // So narrow that nothing fits: every word on its own line, and it ends.
  CHECK(dba::cli::help_text({&command, &leaf}, 1).find("--size=SIZE") != std::string::npos);
}
