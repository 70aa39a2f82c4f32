#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"
#include "dba/platform/environment.hpp"

#include "values.hpp"

using dba::ExitCode;
using dba::cli::Command;
using dba::cli::Flag;
using dba::cli::FlagDefault;
using dba::cli::parse;
using dba::cli::Parsed;

namespace {

/// A small tree with every kind of destination.
struct Tree {
  std::optional<std::string> ns{};
  bool quiet = false;
  int level = 0;
  std::string name{}, topology{}, output{};
  std::optional<std::string> storage_class{};
  std::optional<bool> client_tls{};
  std::optional<int> replicas{};
  std::vector<std::string> databases{}, labels{}, words{};
  std::vector<std::string> order{};  ///< "--flag=value" of function destinations, as they come.
  bool yes = false;
  Command root{};

  Tree() {
    const auto remember = [this](const std::string& flag, const std::string& value) {
      if (value == "wrong") throw dba::usage_error("wrong is not a size");
      order.push_back(flag + "=" + value);
    };
    const auto run = [](dba::cli::AppContext&) { return ExitCode::ok; };
    Command create{
        .name = "create",
        .summary = "Create a database",
        .aliases = {"new"},
        .flags =
            {{.name = "replicas", .value = "COUNT", .help = "Number", .into = &replicas},
             {.name = "topology",
              .value = "MODE",
              .help = "Mode",
              .into = &topology,
              .one_of = {"standalone", "availability-group", "distributed-ag"},
              .aliases = {{"ag", "availability-group"}, {"dag", "distributed-ag"}},
              .any_spelling = true},
             {.name = "databases", .value = "NAMES", .help = "Databases", .into = &databases, .split_commas = true},
             {.name = "label", .value = "KEY=VALUE", .help = "Label", .into = &labels},
             {.name = "storage-class", .value = "NAME", .help = "Class", .into = &storage_class},
             {.name = "client-tls", .help = "TLS", .into = &client_tls},
             {.name = "cpu", .value = "SIZE", .help = "CPU", .into = remember},
             {.name = "memory", .value = "SIZE", .help = "Memory", .into = remember},
             {.name = "output",
              .letter = 'o',
              .value = "FORM",
              .help = "Form",
              .into = &output,
              .one_of = {"json", "yaml"}},
             {.name = "yes", .letter = 'y', .help = "Yes", .into = &yes, .typed_only = true}},
        .arguments = {{.name = "NAME", .help = "Name of the database", .into = &name}},
        .run = run,
    };
    Command scale{.name = "scale",
                  .summary = "Scale",
                  .flags = {{.name = "to", .value = "COUNT", .help = "How many", .into = &level, .required = true}},
                  .arguments = {{.name = "NAME", .help = "Name of the database", .into = &name},
                                {.name = "WORD", .help = "More words", .into = &words, .required = false}},
                  .run = run};
    Command raw{.name = "raw",
                .summary = "Raw",
                .arguments = {{.name = "WORD", .help = "Words", .into = &words, .required = false}},
                .run = run,
                .raw_arguments = true};
    Command mssql{.name = "mssql", .summary = "SQL Server", .commands = {create, scale, raw}};
    root = {.name = "kubectl dba",
            .summary = "Root",
            .flags = {{.name = "namespace", .letter = 'n', .value = "NAMESPACE", .help = "Namespace", .into = &ns},
                      {.name = "quiet", .letter = 'q', .help = "Quiet", .into = &quiet},
                      {.name = "v", .letter = 'v', .value = "LEVEL", .help = "Level", .into = &level}},
            .commands = {mssql}};
  }
};

using Words = std::vector<std::string>;

/// Message and details of the refusal, one a line.
std::string refusal(const Words& words, const std::vector<FlagDefault>& defaults = {}) {
  Tree tree;
  try {
    parse(tree.root, words, defaults);
    return "accepted";
  } catch (const dba::Error& error) {
    CHECK(error.code() == ExitCode::usage);
    std::string text = error.info().message;
    for (const std::string& detail : error.info().details) text += "\n" + detail;
    return text;
  }
}

}  // namespace

TEST_CASE("a value may follow its flag in every way kubectl accepts, before and behind the names") {
  const std::vector<Words> lines{
      {"mssql", "create", "sales", "-n", "demo"},       {"mssql", "create", "sales", "-ndemo"},
      {"mssql", "create", "sales", "-n=demo"},          {"mssql", "create", "sales", "--namespace", "demo"},
      {"mssql", "create", "--namespace=demo", "sales"}, {"-n", "demo", "mssql", "create", "sales"},
      {"mssql", "-ndemo", "create", "sales"},           {"mssql", "create", "-n", "other", "sales", "-n", "demo"},
      {"mssql", "create", "-qn", "demo", "sales"},      {"mssql", "create", "-qn=demo", "--", "sales"},
      {"mssql", "new", "sales", "-n", "demo"}};
  for (const Words& line : lines) {
    Tree tree;
    const Parsed parsed = parse(tree.root, line);
    INFO("words: ", dba::join(line, " "));
    CHECK(parsed.command->name == "create");
    CHECK(parsed.path.size() == 3);
    CHECK(tree.ns == "demo");
    CHECK(tree.name == "sales");
  }
}

TEST_CASE("values are what was typed: negative, with equals signs, brackets and blanks") {
  struct Row {
    Words flag;
    std::optional<std::string> want;
  };
  for (const Row& row : {Row{{"--storage-class", "-1"}, "-1"}, Row{{"--storage-class=a=b"}, "a=b"},
                         Row{{"--storage-class", "[a,b]"}, "[a,b]"}, Row{{"--storage-class=[a,b]"}, "[a,b]"},
                         Row{{"--storage-class", "a b"}, "a b"}, Row{{"--storage-class", "-"}, "-"},
                         Row{{"--storage-class", "create"}, "create"}, Row{{"--storage-class", "-n"}, "-n"},
                         Row{{"--storage-class=--quiet"}, "--quiet"}, Row{{"--storage-class=\"x\""}, "\"x\""}}) {
    Tree tree;
    Words line{"mssql", "create", "sales"};
    line.insert(line.end(), row.flag.begin(), row.flag.end());
    INFO("words: ", dba::join(line, " "));
    parse(tree.root, line);
    CHECK(tree.storage_class == row.want);
    CHECK(tree.name == "sales");
    CHECK_FALSE(tree.quiet);
  }
}

TEST_CASE("an empty text is no value, except where kubectl takes it for an absent flag") {
  std::string text = "old";
  Flag flag{.name = "storage-class", .value = "NAME", .into = &text};
  CHECK(dba::cli::store_flag(flag, "") == "is empty, expected NAME");
  CHECK(text == "old");
  flag.may_be_empty = true;
  CHECK(dba::cli::store_flag(flag, "").empty());
  CHECK(text.empty());
  std::string name;
  CHECK(dba::cli::store_argument({.name = "NAME", .into = &name}, "") == "is empty");
}

TEST_CASE("positionals are what was typed too") {
  for (const std::string text : {"-1", "--quiet", "[a,b]", "mssql", "--"}) {
    Tree tree;
    CAPTURE(text);
    parse(tree.root, {"mssql", "create", "--", text});
    CHECK(tree.name == text);
    CHECK_FALSE(tree.quiet);
  }
  Tree tree;
  parse(tree.root, {"mssql", "scale", "--to", "3", "sales", "a", "[b,c]"});
  CHECK(tree.name == "sales");
  CHECK(tree.words == Words{"a", "[b,c]"});
}

TEST_CASE("numbers, switches and optional switches") {
  Tree tree;
  parse(tree.root, {"mssql", "create", "x", "--replicas", "-3", "--client-tls=false", "-y", "-v6", "--quiet=true"});
  CHECK(tree.replicas == -3);
  CHECK(tree.client_tls == false);
  CHECK(tree.yes);
  CHECK(tree.quiet);
  CHECK(tree.level == 6);

  Tree bare;
  parse(bare.root, {"mssql", "create", "x", "--client-tls", "--quiet=0"});
  CHECK(bare.client_tls == true);
  CHECK_FALSE(bare.quiet);
  CHECK_FALSE(bare.replicas.has_value());
}

TEST_CASE("a repeated flag: the last one counts, a list collects, commas only where they separate") {
  Tree tree;
  parse(tree.root, {"mssql", "create", "x", "--storage-class=a", "--databases", "a,b", "--databases=c", "--label=k=1,2",
                    "--storage-class=b", "--label", "l=3"});
  CHECK(tree.storage_class == "b");
  CHECK(tree.databases == Words{"a", "b", "c"});
  CHECK(tree.labels == Words{"k=1,2", "l=3"});
}

TEST_CASE("words of a closed set match in any spelling where the flag says so, and by alias") {
  for (const std::string text :
       {"availability-group", "AvailabilityGroup", "availabilitygroup", "AVAILABILITY-GROUP", "ag", "AG"}) {
    Tree tree;
    CAPTURE(text);
    parse(tree.root, {"mssql", "create", "x", "--topology", text});
    CHECK(tree.topology == "availability-group");
  }
  CHECK(refusal({"mssql", "create", "x", "-o", "JSON"}) ==
        "--output: \"JSON\" is not one of json or yaml; did you mean json?");
}

TEST_CASE("functions see the values in the order of the line, also between flags") {
  Tree tree;
  parse(tree.root, {"mssql", "create", "--memory=1Gi", "x", "--cpu", "1", "--memory=2Gi", "--cpu=2"});
  CHECK(tree.order == Words{"--memory=1Gi", "--cpu=1", "--memory=2Gi", "--cpu=2"});
}

TEST_CASE("what a function throws is a problem of its flag") {
  CHECK(refusal({"mssql", "create", "x", "--cpu=wrong"}) == "--cpu: wrong is not a size");
}

TEST_CASE("everything behind a command of raw arguments is its own") {
  Tree tree;
  const Parsed parsed = parse(tree.root, {"mssql", "raw", "create", "-n", "", "--help", "--", "--bogus"});
  CHECK(parsed.command->name == "raw");
  CHECK_FALSE(parsed.help);
  CHECK(tree.words == Words{"create", "-n", "", "--help", "--", "--bogus"});
}

TEST_CASE("help wins over everything else that is wrong with the line") {
  for (const Words& line : {Words{"mssql", "create", "-h"}, Words{"mssql", "create", "--help", "--bogus"},
                            Words{"mssql", "--help", "create"}, Words{"-h", "mssql", "create", "--replicas=x"},
                            Words{"mssql", "create", "-qh"}}) {
    Tree tree;
    const Parsed parsed = parse(tree.root, line);
    INFO("words: ", dba::join(line, " "));
    CHECK(parsed.help);
    CHECK(parsed.command->name == "create");
  }
}

TEST_CASE("a group without a command is no error") {
  Tree tree;
  const Parsed parsed = parse(tree.root, {"mssql", "-n", "demo"});
  CHECK(parsed.command->name == "mssql");
  CHECK_FALSE(parsed.command->run);
}

TEST_CASE("one problem is the message, several are listed together, with the help to look at") {
  struct Row {
    Words line;
    std::string want;
  };
  const std::vector<Row> rows{
      {{"msql"}, "unknown command \"msql\" for \"kubectl dba\"; did you mean \"mssql\"?"},
      {{"mssql", "creat", "x", "--bogus"},
       "unknown command \"creat\" for \"kubectl dba mssql\"; did you mean \"create\"?"},
      {{"mssql", "cre"}, "unknown command \"cre\" for \"kubectl dba mssql\"; did you mean \"create\"?"},
      {{"mssql", "frobnicate"}, "unknown command \"frobnicate\" for \"kubectl dba mssql\""},
      {{"mssql", "creat", "--help"}, "unknown command \"creat\" for \"kubectl dba mssql\"; did you mean \"create\"?"},
      {{"create"}, "unknown command \"create\" for \"kubectl dba\"; did you mean \"kubectl dba mssql create\"?"},
      {{"--mssql"}, "unknown flag: --mssql; did you mean the command \"mssql\"?"},
      {{"mssql", "create", "x", "--replica", "3"}, "unknown flag: --replica; did you mean --replicas?"},
      {{"mssql", "create", "x", "--replica=3"}, "unknown flag: --replica; did you mean --replicas?"},
      {{"mssql", "create", "x", "--nope"}, "unknown flag: --nope"},
      {{"mssql", "--replicas=3", "create", "x"}, "unknown flag: --replicas; it belongs behind \"create\""},
      {{"--replicas=3", "mssql"}, "unknown flag: --replicas; it belongs behind \"create\""},
      {{"mssql", "create", "x", "-x"}, "unknown shorthand flag: -x"},
      {{"mssql", "create", "x", "--replicas"}, "flag needs an argument: --replicas=COUNT"},
      {{"mssql", "create", "x", "--replicas", "--quiet"}, "flag needs an argument: --replicas=COUNT"},
      {{"mssql", "create", "x", "-o"}, "flag needs an argument: --output=json or yaml"},
      {{"mssql", "create"}, "NAME is missing: Name of the database"},
      {{"mssql", "create", "x", "y"}, "unexpected argument \"y\""},
      {{"mssql", "scale", "x"}, "required flag --to=COUNT is missing: How many"},
      {{"mssql", "scale", "x", "--too", "3"}, "unknown flag: --too; did you mean --to?"},
      {{"mssql", "create", "x", "--replicas=x"}, "--replicas: \"x\" is not a whole number"},
      {{"mssql", "create", "x", "--replicas=3x"}, "--replicas: \"3x\" is not a whole number"},
      {{"mssql", "create", "x", "--replicas="}, "--replicas: \"\" is not a whole number"},
      {{"mssql", "create", "x", "--replicas=99999999999"}, "--replicas: 99999999999 is out of range"},
      {{"mssql", "create", "x", "--yes=maybe"}, "--yes: \"maybe\" is neither true nor false"},
      {{"mssql", "create", "x", "--topology", "cluster"},
       "--topology: \"cluster\" is not one of standalone, availability-group or distributed-ag"},
      {{"mssql", "create", "--replica", "3", "--topology=stand-alone", "--client-tls=perhaps", "-n"},
       "4 problems with the command line\n"
       "unknown flag: --replica; did you mean --replicas?\n"
       "flag needs an argument: --namespace=NAMESPACE\n"
       "NAME is missing: Name of the database\n"
       "--client-tls: \"perhaps\" is neither true nor false"},
  };
  for (const Row& row : rows) {
    INFO("words: ", dba::join(row.line, " "));
    CHECK(refusal(row.line) == row.want);
  }
}

TEST_CASE("the hint is the help of the deepest command that was understood") {
  Tree tree;
  try {
    parse(tree.root, {"mssql", "create", "--nope"});
    FAIL("accepted");
  } catch (const dba::Error& error) {
    CHECK(error.info().hint == "kubectl dba mssql create --help");
  }
}

TEST_CASE("a default fills a flag that is not typed, is checked like a typed one, and never gives consent") {
  const std::vector<FlagDefault> defaults{{"namespace", {"prod"}, "$KUBECTL_DBA_NAMESPACE"},
                                          {"namespace", {"later"}, "config.yaml:2"},
                                          {"databases", {"a,b", "c"}, "config.yaml:3"},
                                          {"yes", {"true"}, "config.yaml:4"},
                                          {"no-such-flag", {"1"}, "config.yaml:5"}};
  Tree tree;
  parse(tree.root, {"mssql", "create", "x"}, defaults);
  CHECK(tree.ns == "prod");
  CHECK(tree.databases == Words{"a", "b", "c"});
  CHECK_FALSE(tree.yes);

  Tree typed;
  parse(typed.root, {"mssql", "create", "x", "-n", "demo"}, defaults);
  CHECK(typed.ns == "demo");

  CHECK(refusal({"mssql", "create", "x"}, {{"replicas", {"x"}, "config.yaml:7"}}) ==
        "--replicas (from config.yaml:7): \"x\" is not a whole number");
  CHECK(refusal({"mssql", "scale", "x"}, {{"to", {"3"}, "config.yaml:7"}}) == "accepted");
}
