#include <string>

#include <doctest/doctest.h>

#include "dba/base/text.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"

using dba::ExitCode;
using dba::test::CommandHarness;
using dba::test::CommandResult;

namespace {

/// What follows `label` on the line that begins with it.
std::string after(const std::string& text, const std::string& label) {
  for (const std::string& line : dba::split(text, '\n')) {
    if (line.starts_with(label)) return line.substr(label.size());
  }
  return {};
}

}  // namespace

TEST_CASE("version --client contacts nothing") {
  const CommandResult result = CommandHarness().run({"version", "--client"});
  CHECK(result.code == ExitCode::ok);
  const std::string version = after(result.out, "Client Version: ");
  CHECK(version.starts_with("v"));
  CHECK(dba::split(version, '.').size() == 3);
  CHECK(result.out == "Client Version: " + version + "\nClient Commit: " + after(result.out, "Client Commit: ") + "\n");
}

TEST_CASE("--version alone is version --client; behind a command it is the command's") {
  CommandHarness harness;
  harness.forbid_cluster();
  const CommandResult flag = harness.run({"--version"});
  CHECK(flag.code == ExitCode::ok);
  CHECK(flag.out == harness.run({"version", "--client"}).out);
  CHECK(harness.run({"mssql", "list", "--version"}).err.find("unknown flag: --version") != std::string::npos);
}

TEST_CASE("version names the API server's version too") {
  CommandHarness harness;
  harness.api().on("GET", "/version").reply(200, R"({"major":"1","gitVersion":"v1.33.1"})");
  const std::string client = harness.run({"version", "--client"}).out;
  CHECK(harness.run({"version"}).out == client + "Server Version: v1.33.1\n");
  dba::test::check_schema("Version", harness.run({"version", "-o", "json"}).out);
  dba::test::check_schema("Version", harness.run({"version", "--client", "-o", "json"}).out);
  CHECK(harness.run({"version", "-o", "json"}).out == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "Version",
    "client": {
        "version": ")" + after(client, "Client Version: ") +
                                                          R"(",
        "commit": ")" + after(client, "Client Commit: ") +
                                                          R"("
    },
    "server": {
        "version": "v1.33.1"
    },
    "errors": []
}
)");
}

TEST_CASE("an answer without a version is a failure, not a server without one") {
  CommandHarness harness;
  harness.api().on("GET", "/version").reply(200, R"({"error":"please log in"})");
  const CommandResult result = harness.run({"version"});
  CHECK(result.code == ExitCode::unexpected);
  CHECK(result.out == harness.run({"version", "--client"}).out);
  CHECK(result.err ==
        "error: cannot get /version: the answer is not one of a Kubernetes API server\n"
        "  cause: the answer has no gitVersion\n"
        "  try:   the server of the kubeconfig cluster may lead to a login page or a proxy: kubectl config view "
        "--minify\n");
}

TEST_CASE("a silent API server costs nothing but its own line, and the exit code") {
  CommandHarness harness;
  harness.api().on("GET", "/version").break_with(dba::kube::TransportFailure::Kind::refused, false);
  const CommandResult text = harness.run({"version"});
  CHECK(text.code == ExitCode::unexpected);
  CHECK(text.out == harness.run({"version", "--client"}).out);
  CHECK(text.err.starts_with("error: "));
  const CommandResult json = harness.run({"version", "-o", "json"});
  CHECK(json.out.find("\"server\": null") != std::string::npos);
  CHECK(json.out.find("\"errors\": []") == std::string::npos);
}
