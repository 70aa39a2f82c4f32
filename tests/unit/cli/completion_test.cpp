#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/kube/resource.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/files.hpp"

#include "support/command_harness.hpp"
#include "support/golden.hpp"

namespace fs = std::filesystem;
namespace resources = dba::kube::resources;

using dba::ExitCode;
using dba::Json;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::object_json;

namespace {

using Words = std::vector<std::string>;

/// What the shell gets for the last of `words`; the deadline of a completion runs on the real clock.
CommandResult complete(CommandHarness& harness, Words words, const std::string& how = "__complete") {
  harness.use_clock(dba::platform::system_clock());
  words.insert(words.begin(), how);
  return harness.run(words);
}

std::string candidates(const Words& words) {
  CommandHarness harness;
  return complete(harness, words, "__completeNoDesc").out;
}

Json database(std::string_view name, std::string_view phase, int replicas) {
  Json object = object_json(resources::mssqlservers, "demo", name);
  if (!phase.empty()) object["status"]["phase"] = phase;
  if (replicas != 0) object["spec"]["replicas"] = replicas;
  return object;
}

}  // namespace

TEST_CASE("completion speaks cobra's protocol to the byte") {
  CommandHarness harness;
  const CommandResult with_help = complete(harness, {"comp"});
  CHECK(with_help.code == ExitCode::ok);
  CHECK(with_help.out == "completion\tCompletion for kubectl and for shells\n:4\n");
  CHECK(with_help.err == "Completion ended with directive: ShellCompDirectiveNoFileComp\n");
  CHECK(complete(harness, {"comp"}, "__completeNoDesc").out == "completion\n:4\n");
}

TEST_CASE("words are completed by where they stand") {
  struct Row {
    Words words;
    std::string want;
  };
  const std::vector<Row> rows{
      {{""}, "mssql\nsandbox\ncompletion\nconfig\ndoctor\nexit-codes\nhelp\noptions\nversion\n:4\n"},
      {{}, "mssql\nsandbox\ncompletion\nconfig\ndoctor\nexit-codes\nhelp\noptions\nversion\n:4\n"},
      {{"completion", ""}, "install\nkubectl\nbash\nzsh\nfish\n:4\n"},
      {{"completion", "z"}, "zsh\n:4\n"},
      {{"nonsense", ""}, ":4\n"},
      {{"version", ""}, ":4\n"},
      {{"version", "--cl"}, "--client\n--cluster\n--client-certificate\n--client-key\n:4\n"},
      {{"version", "--client", "--client"}, "--client-certificate\n--client-key\n:4\n"},
      {{"version", "-o"}, "-o\n:4\n"},
      {{"version", "-o", ""}, "table\njson\nyaml\n:36\n"},
      {{"version", "-o", "y"}, "yaml\n:36\n"},
      {{"version", "--output=j"}, "json\n:36\n"},
      {{"version", "-o=j"}, "json\n:36\n"},
      {{"version", "--client=f"}, "false\n:36\n"},
      {{"--color", "a"}, "auto\nalways\n:36\n"},
      {{"--progress=p", ""}, "mssql\nsandbox\ncompletion\nconfig\ndoctor\nexit-codes\nhelp\noptions\nversion\n:4\n"},
      {{"version", "--kubeconfig", ""}, ":0\n"},
      {{"version", "--kubeconfig="}, ":0\n"},
      {{"completion", "install", "--dir", ""}, ":16\n"},
      {{"version", "--token", ""}, ":4\n"},
      {{"version", "--no-such-flag=x"}, ":4\n"},
      {{"version", "--", "-"}, ":4\n"},
      {{"help", "c"}, "completion\nconfig\n:4\n"},
      {{"help", "completion", "z"}, "zsh\n:4\n"},
  };
  for (const Row& row : rows) {
    INFO("words: ", dba::join(row.words, " "));
    CHECK(candidates(row.words) == row.want);
  }
}

TEST_CASE("names of databases come from the cluster, with their state, in the namespace that was typed") {
  CommandHarness harness;
  harness.api().on_list(resources::mssqlservers, "demo",
                        {database("sales", "Ready", 3), database("orders", "Critical", 1), database("new", "", 0)});
  harness.api().on_list(resources::mssqlservers, "prod", {database("other", "Ready", 3)});
  CHECK(complete(harness, {"mssql", "roles", ""}).out ==
        "new\tno status yet, 1 replica\norders\tCritical, 1 replica\nsales\tReady, 3 replicas\n:4\n");
  CHECK(complete(harness, {"mssql", "roles", "s"}).out == "sales\tReady, 3 replicas\n:4\n");
  CHECK(complete(harness, {"mssql", "roles", "-n", "prod", ""}).out == "other\tReady, 3 replicas\n:4\n");
  CHECK(complete(harness, {"mssql", "roles", "sales", ""}).out == ":4\n");
}

TEST_CASE("namespaces come from the cluster, as metadata alone") {
  CommandHarness harness;
  harness.api().on_list(
      resources::namespaces, "",
      {object_json(resources::namespaces, "", "prod"), object_json(resources::namespaces, "", "demo")});
  CHECK(complete(harness, {"mssql", "list", "-n", ""}).out == "demo\nprod\n:4\n");
  CHECK(harness.api().requests().front().header("Accept").find("PartialObjectMetadataList") != std::string::npos);
}

TEST_CASE("contexts come from the kubeconfig that was typed, and nothing is contacted") {
  const dba::platform::TemporaryDirectory dir("dba-complete-");
  const std::string file = (dir.path() / "config").string();
  dba::platform::write_new_secret_file(file,
                                       "apiVersion: v1\nkind: Config\n"
                                       "contexts:\n- name: prod-eu\n  context: {cluster: c}\n"
                                       "- name: dev\n  context: {cluster: c}\n"
                                       "clusters:\n- name: c\n  cluster: {server: https://x}\n"
                                       "users:\n- name: jane\n  user: {}\n");
  CHECK(candidates({"--kubeconfig", file, "--context", "p"}) == "prod-eu\n:4\n");
  CHECK(candidates({"--kubeconfig=" + file, "--cluster="}) == "c\n:4\n");
  CHECK(candidates({"--kubeconfig=" + file, "--user", ""}) == "jane\n:4\n");
}

TEST_CASE("a cluster that cannot be asked gives no candidates, and the shell no files") {
  CommandHarness harness;
  harness.api()
      .on("GET", "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers")
      .fail(403, "Forbidden", "mssqlservers.kubedb.com is forbidden");
  const CommandResult result = complete(harness, {"mssql", "roles", ""});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == ":1\n");
  CHECK(result.err.ends_with("Completion ended with directive: ShellCompDirectiveError\n"));
}

TEST_CASE("hostile names cannot break the protocol") {
  CommandHarness harness;
  Json evil = database("a\tb\n:0", "x\ny", 1);
  harness.api().on_list(resources::mssqlservers, "demo", {evil});
  CHECK(complete(harness, {"mssql", "roles", ""}).out == "a\\u0009b\tx\n:4\n");
}

TEST_CASE("every shell's script is the file in completions/") {
  for (const auto& [shell, file] :
       std::vector<std::pair<std::string, std::string>>{{"bash", "kubectl-dba.bash"},
                                                        {"zsh", "_kubectl-dba"},
                                                        {"fish", "kubectl-dba.fish"},
                                                        {"kubectl", "kubectl_complete-dba"}}) {
    CAPTURE(shell);
    CHECK(CommandHarness().run({"completion", shell}).out ==
          dba::platform::read_file(fs::path(DBA_SOURCE_DIR) / "completions" / file));
  }
}

TEST_CASE("completion install writes the file kubectl looks for, executable, and says what is missing") {
  const dba::platform::TemporaryDirectory dir("dba-install-");
  const fs::path bin = dir.path() / "bin";
  const fs::path shim = bin / "kubectl_complete-dba";
  CommandHarness harness;
  harness.set_variable("HOME", dir.path().string());
  harness.set_variable("PATH", "/nonexistent");
  const CommandResult created = harness.run({"completion", "install", "--dir", bin.string()});
  CHECK(created.out == shim.string() + " created\n");
  CHECK(created.err == "Warning: " + bin.string() +
                           " is not on PATH: kubectl will not find the file there\n"
                           "Warning: no kubectl-dba is on PATH: kubectl cannot run it, and neither can the file\n");
  CHECK(fs::status(shim).permissions() == fs::perms(0755));
  CHECK(dba::platform::read_file(shim) == harness.run({"completion", "kubectl"}).out);

  CHECK(harness.run({"completion", "install", "--dir", bin.string()}).out == shim.string() + " unchanged\n");
  CHECK(harness.run({"completion", "install"}).out ==
        (dir.path() / ".local/bin/kubectl_complete-dba").string() + " created\n");
}

TEST_CASE("completion install does not overwrite another file, and sees another program of our name") {
  const dba::platform::TemporaryDirectory dir("dba-install-");
  dba::platform::write_new_secret_file(dir.path() / "kubectl_complete-dba", "somebody else's\n");
  CommandHarness harness;
  const CommandResult refused = harness.run({"completion", "install", "--dir", dir.path().string()});
  CHECK(refused.code == ExitCode::usage);
  CHECK(refused.err == "error: " + (dir.path() / "kubectl_complete-dba").string() +
                           " exists and is another file: remove it, or choose a directory with --dir\n");

  const dba::platform::TemporaryDirectory path("dba-path-");
  dba::platform::write_new_secret_file(path.path() / "kubectl-dba", "#!/bin/sh\n");
  harness.set_variable("PATH", path.path().string());
  CHECK(harness.run({"completion", "install", "--dir", path.path().string()}).err ==
        "Warning: " + (path.path() / "kubectl-dba").string() +
            " comes first on PATH and is another program than this one\n");
}
