// The whole real tree held against the rules every command follows.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/run.hpp"
#include "dba/cli/spec.hpp"
#include "dba/codec/json.hpp"

#include "command_line.hpp"
#include "support/golden.hpp"
#include "support/shell_words.hpp"

using dba::Json;
using dba::cli::Argument;
using dba::cli::Command;
using dba::cli::Effect;
using dba::cli::Flag;
using dba::cli::GlobalOptions;

namespace {

using CommandPath = std::vector<const Command*>;

Json flag_json(const Flag& flag) {
  Json json = Json::object();
  json["name"] = flag.name;
  json["letter"] = flag.letter == 0 ? Json(nullptr) : Json(std::string(1, flag.letter));
  json["value"] = flag.is_switch() ? Json(nullptr) : Json(flag.value);
  json["required"] = flag.required;
  json["repeatable"] = std::holds_alternative<std::vector<std::string>*>(flag.into);
  json["oneOf"] = flag.one_of;
  json["help"] = flag.help;
  return json;
}

Json command_json(const Command& command) {
  Json json = Json::object();
  json["name"] = command.name;
  json["aliases"] = command.aliases;
  json["summary"] = command.summary;
  json["arguments"] = Json::array();
  for (const Argument& argument : command.arguments) {
    Json entry = Json::object();
    entry["name"] = argument.name;
    entry["required"] = argument.required;
    entry["help"] = argument.help;
    json["arguments"].push_back(std::move(entry));
  }
  json["flags"] = Json::array();
  for (const Flag& flag : command.flags) {
    if (!flag.hidden) json["flags"].push_back(flag_json(flag));
  }
  json["commands"] = Json::array();
  for (const Command& child : command.commands) {
    if (!child.hidden) json["commands"].push_back(command_json(child));
  }
  return json;
}

/// The whole surface; hidden commands and flags are left out.
std::string tree_json(const Command& root) {
  Json tree = Json::object();
  tree["schemaVersion"] = 1;
  tree["root"] = command_json(root);
  return tree.dump(2) + "\n";
}

void walk(const CommandPath& path, const std::function<void(const CommandPath&)>& visit) {
  visit(path);
  for (const Command& child : path.back()->commands) {
    if (child.hidden) continue;
    CommandPath deeper = path;
    deeper.push_back(&child);
    walk(deeper, visit);
  }
}

/// Calls `visit` for every command that is not hidden, with what it is called in INFO.
void each_command(const std::function<void(const CommandPath&)>& visit) {
  GlobalOptions global;
  const Command root = dba::cli::root_command(global, dba::cli::identify_program("kubectl-dba"));
  walk({&root}, [&visit](const CommandPath& path) {
    INFO("command: ", dba::cli::command_words(path));
    visit(path);
  });
}

/// Begins with a capital letter or a digit, ends without a full stop, one line.
bool is_phrase(const std::string& text) {
  if (text.empty() || text.back() == '.' || text.find('\n') != std::string::npos) return false;
  const char first = text.front();
  return (first >= 'A' && first <= 'Z') || first == '-';
}

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Begins with one of `first`, goes on with those or `more`.
bool is_name(std::string_view text, std::string_view first, std::string_view more) {
  const std::string allowed = std::string(first) + std::string(more);
  return !text.empty() && first.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

TEST_CASE("the surface of the tool changes only on purpose") {
  GlobalOptions global;
  const Command root = dba::cli::root_command(global, dba::cli::identify_program("kubectl-dba"));
  dba::test::check_golden("cli-tree.json", tree_json(root));
}

TEST_CASE("every command has a summary, and every one that runs has an example") {
  each_command([](const CommandPath& path) {
    const Command& command = *path.back();
    CHECK(is_phrase(command.summary));
    if (path.size() > 1) CHECK(is_name(command.name, kLower, "-"));
    CHECK((command.run || !command.commands.empty()));
    if (command.run) CHECK_FALSE(command.examples.empty());
  });
}

TEST_CASE("every flag has a name, a help text and a placeholder that says what it takes") {
  each_command([](const CommandPath& path) {
    for (const Flag& flag : path.back()->flags) {
      INFO("flag: --", flag.name);
      CHECK(is_name(flag.name, kLower, "0123456789-"));
      CHECK(is_phrase(flag.help));
      CHECK(flag.value.find_first_of(std::string(kLower) + " ") == std::string::npos);
      CHECK(flag.is_switch() ==
            (std::holds_alternative<bool*>(flag.into) || std::holds_alternative<std::optional<bool>*>(flag.into)));
      const bool names_a_file = flag.value == "FILE" || flag.value == "DIR";
      if (names_a_file) CHECK(flag.complete);
    }
    for (const Argument& argument : path.back()->arguments) {
      INFO("argument: ", argument.name);
      CHECK(is_name(argument.name, kUpper, "/-"));
      CHECK(is_phrase(argument.help));
    }
  });
}

TEST_CASE("no flag or letter is taken twice along a path, help's least of all") {
  each_command([](const CommandPath& path) {
    std::set<std::string> names{"help"};
    std::set<char> letters{'h'};
    for (const Command* command : dba::cli::flag_owners(path)) {
      for (const Flag& flag : command->flags) {
        INFO("flag: --", flag.name);
        CHECK(names.insert(flag.name).second);
        if (flag.letter != 0) CHECK(letters.insert(flag.letter).second);
      }
    }
  });
}

TEST_CASE("a letter stands for the same flag everywhere, and a flag has the same kind of value everywhere") {
  std::map<char, std::string> letters;
  std::map<std::string, bool> switches;
  each_command([&](const CommandPath& path) {
    for (const Flag& flag : path.back()->flags) {
      INFO("flag: --", flag.name);
      if (flag.letter != 0) CHECK(letters.emplace(flag.letter, flag.name).first->second == flag.name);
      CHECK(switches.emplace(flag.name, flag.is_switch()).first->second == flag.is_switch());
    }
  });
}

TEST_CASE("names of commands and aliases are taken once among siblings") {
  each_command([](const CommandPath& path) {
    std::set<std::string> names;
    for (const Command& child : path.back()->commands) {
      CHECK(names.insert(child.name).second);
      for (const std::string& alias : child.aliases) CHECK(names.insert(alias).second);
    }
  });
}

TEST_CASE("what changes something can be tried out and explained; what destroys has to be agreed to") {
  each_command([](const CommandPath& path) {
    const Effect effect = path.back()->effect;
    if (effect == Effect::reads) return;
    for (const std::string name : {"dry-run", "reason", "i-know-this-is"}) {
      INFO("flag: --", name);
      CHECK(dba::cli::find_flag(path, name) != nullptr);
    }
    if (effect == Effect::destroys) CHECK(find_flag(path, "yes") != nullptr);
  });
}

TEST_CASE("consent is only ever typed") {
  each_command([](const CommandPath& path) {
    for (const std::string name :
         {"yes", "i-know-this-is", "accept-eula", "wipe-out-data", "force-conflicts", "overwrite"}) {
      const Flag* flag = dba::cli::find_flag(path, name);
      INFO("flag: --", name);
      if (flag != nullptr) CHECK(flag->typed_only);
    }
  });
}

TEST_CASE("every example is a line that parses, of the command it stands at") {
  std::vector<std::pair<std::string, std::string>> lines;
  each_command([&lines](const CommandPath& path) {
    for (const std::string& line : dba::split(path.back()->examples, '\n')) {
      if (line.starts_with("kubectl dba")) lines.emplace_back(dba::cli::command_words(path), line);
    }
  });
  CHECK(lines.size() > 10);
  for (const auto& [owner, line] : lines) {
    CAPTURE(line);
    GlobalOptions global;
    const Command root = dba::cli::root_command(global, dba::cli::identify_program("kubectl-dba"));
    std::vector<std::string> words = dba::test::shell_words(line);
    words.erase(words.begin(), words.begin() + 2);
    try {
      CHECK(dba::cli::command_words(dba::cli::parse(root, words).path).starts_with(owner));
    } catch (const dba::Error& error) {
      FAIL_CHECK(error.info().message, " ", dba::join(error.info().details, "; "));
    }
  }
}
