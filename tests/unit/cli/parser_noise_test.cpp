// Random command lines against the real tree: every one is either read or refused in our own words. A line on which the
// word reader and CLI11 disagree would come out as an internal error.
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/run.hpp"
#include "dba/cli/spec.hpp"

using dba::cli::Command;
using dba::cli::GlobalOptions;

namespace {

/// Every name and flag of the tree, and what people and scripts put between them.
void collect_words(const Command& command, std::vector<std::string>& words) {
  words.push_back(command.name);
  for (const dba::cli::Flag& flag : command.flags) {
    words.push_back("--" + flag.name);
    words.push_back("--" + flag.name + "=");
    words.push_back("--" + flag.name + "=" + (flag.one_of.empty() ? "3" : flag.one_of.front()));
    if (flag.letter != 0) words.push_back(std::string("-") + flag.letter);
  }
  for (const Command& child : command.commands) collect_words(child, words);
}

}  // namespace

TEST_CASE("no line is an internal error") {
  GlobalOptions global;
  const Command root = dba::cli::root_command(global, dba::cli::identify_program("kubectl-dba"));
  std::vector<std::string> words;
  collect_words(root, words);
  for (const char* noise :
       {"",       "-",  "--", "---", "-=",        "--=",  "-1", "sales", "[a,b]", "a=b", "=",  "-oq",
        "-qAn=x", "{}", "++", "%s",  "--no-such", "\xff", "é",  "true",  "json",  "1Gi", "x y"}) {
    words.insert(words.end(), 8, noise);
  }
  std::mt19937 random(20260102);
  std::uniform_int_distribution<std::size_t> any_word(0, words.size() - 1);
  std::uniform_int_distribution<std::size_t> any_length(0, 7);
  std::uniform_int_distribution<std::size_t> any_command(0, root.commands.front().commands.size() - 1);
  int read = 0;
  int refused = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::string> line;
    if (round % 4 != 0) line = {"mssql", root.commands.front().commands[any_command(random)].name};
    for (std::size_t i = any_length(random); i > 0; --i) line.push_back(words[any_word(random)]);
    try {
      dba::cli::parse(root, line);
      ++read;
    } catch (const dba::Error& error) {
      ++refused;
      INFO("line: ", dba::join(line, " | "));
      CHECK(error.code() == dba::ExitCode::usage);
      CHECK_FALSE(error.info().message.empty());
    }
  }
  CHECK(read > 25);
  CHECK(refused > 250);
}
