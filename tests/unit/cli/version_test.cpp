#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "support/command_harness.hpp"

using dba::ExitCode;
using dba::test::CommandHarness;
using dba::test::CommandResult;

namespace {

const std::regex kClientLines(R"(Client Version: v\d+\.\d+\.\d+\nClient Commit: \S+\n)");

}  // namespace

TEST_CASE("version --client contacts nothing") {
  const CommandResult result = CommandHarness().run({"version", "--client"});
  CHECK(result.code == ExitCode::ok);
  CHECK(std::regex_match(result.out, kClientLines));
}

TEST_CASE("version names the API server's version too") {
  CommandHarness harness;
  harness.api().on("GET", "/version").reply(200, R"({"major":"1","gitVersion":"v1.33.1"})");
  const std::string client = harness.run({"version", "--client"}).out;
  CHECK(harness.run({"version"}).out == client + "Server Version: v1.33.1\n");
  CHECK(std::regex_match(harness.run({"version", "-o", "json"}).out, std::regex(R"(\{
    "apiVersion": "kubectl-dba/v1",
    "kind": "Version",
    "client": \{
        "version": "v\d+\.\d+\.\d+",
        "commit": "\S+"
    \},
    "server": \{
        "version": "v1.33.1"
    \},
    "errors": \[\]
\}
)")));
}

TEST_CASE("a silent API server costs nothing but its own line, and the exit code") {
  CommandHarness harness;
  harness.api().on("GET", "/version").break_with(dba::kube::TransportFailure::Kind::refused, false);
  const CommandResult text = harness.run({"version"});
  CHECK(text.code == ExitCode::unexpected);
  CHECK(std::regex_match(text.out, kClientLines));
  CHECK(text.err.starts_with("error: "));
  const CommandResult json = harness.run({"version", "-o", "json"});
  CHECK(json.out.find("\"server\": null") != std::string::npos);
  CHECK(json.out.find("\"errors\": []") == std::string::npos);
}
