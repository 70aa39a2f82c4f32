// From flags to a client: nothing is contacted and nothing is run before the first request.

#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/kube/open.hpp"

#include "kubeconfig_files.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_process.hpp"
#include "support/scripted_server.hpp"

namespace dba::kube {

namespace {

using Map = platform::Environment::Map;

const std::string kPlugin =
    "exec: {apiVersion: client.authentication.k8s.io/v1, command: company-login, interactiveMode: Always}";

/// Where a client is opened.
struct Desk {
  Files files{};
  OpenOptions options{};
  test::FakeProcessRunner processes{};
  test::FakeClock clock{};
  platform::Terminal terminal{.in_tty = true};

  explicit Desk(const std::string& kubeconfig) { options.flags.kubeconfig = files.write("kc", kubeconfig); }
  std::unique_ptr<Client> open(const Map& environment = {}) {
    return open_client(options, platform::Environment(environment), processes, clock, terminal, {});
  }
  /// What the first request throws; the server of one_context() below is never reached.
  std::string problem_of_request() {
    const std::unique_ptr<Client> client = open();
    try {
      client->raw_get("/version");
    } catch (const Error& error) {
      return error.info().message;
    }
    return "no problem";
  }
};

}  // namespace

TEST_CASE("a client is opened without contacting anybody and without running the credential plugin") {
  Desk desk(one_context("server: 'https://sales.invalid:6443'", kPlugin));
  const std::unique_ptr<Client> client = desk.open();
  CHECK(client->config().server == "https://sales.invalid:6443");
  CHECK(client->config().context == "k");
  CHECK(client->config().http2);
  CHECK_FALSE(client->config().stdin_is_taken);
  CHECK(&client->clock() == &desk.clock);
  CHECK(desk.processes.requests().empty());
}

TEST_CASE("a configuration that cannot be used is told at once, as a usage error") {
  Desk desk("clusters: []\n");
  desk.options.flags.context = "nowhere";
  CHECK(problems_of([&] { desk.open(); }) == "context was not found for specified context: nowhere");
  desk.options.flags.context.reset();
  desk.options.flags.kubeconfig = (desk.files.path() / "missing").string();
  CHECK(problems_of([&] { desk.open(); }).find("missing") != std::string::npos);
}

// @source client-go ClientConfigLoadingRules.WarnIfAllMissing
TEST_CASE("files that KUBECONFIG names are warned about when none of them is there") {
  Desk desk("");
  desk.options.flags.kubeconfig.reset();
  const std::string there = desk.files.write("there", one_context("server: 'https://sales.invalid:6443'"));
  const std::string missing = (desk.files.path() / "missing").string();
  std::vector<std::string> warnings;
  desk.options.on_warning = [&](std::string_view text) { warnings.emplace_back(text); };
  SUBCASE("each by its path, once") {
    desk.open({{"KUBECONFIG", missing + "::" + missing + "2:" + missing}});
    CHECK(join(warnings, "\n") == "KUBECONFIG names the file \"" + missing +
                                      "\", which does not exist\nKUBECONFIG names the file \"" + missing +
                                      "2\", which does not exist");
  }
  SUBCASE("not when one is there, nor where another file is chosen") {
    desk.open({{"KUBECONFIG", missing + ":" + there}});
    desk.options.flags.kubeconfig = there;
    desk.open({{"KUBECONFIG", missing}});
    CHECK(warnings.empty());
  }
}

TEST_CASE("the environment can turn HTTP/2 off") {
  Desk desk(one_context("server: 'https://sales.invalid:6443'"));
  CHECK_FALSE(desk.open({{"DISABLE_HTTP2", "1"}})->config().http2);
  CHECK(desk.open({{"DISABLE_HTTP2", ""}})->config().http2);
}

TEST_CASE("a credential plugin may ask only when somebody can answer") {
  Desk desk(one_context("server: 'https://sales.invalid:6443'", kPlugin));
  SUBCASE("a terminal is there: the plugin runs with it") {
    desk.processes.expect({"company-login"}, {.exit_code = 3});
    CHECK(desk.problem_of_request().find("company-login") != std::string::npos);
    CHECK(desk.processes.requests().size() == 1);
  }
  SUBCASE("stdin is no terminal") {
    desk.terminal.in_tty = false;
    CHECK(desk.problem_of_request() ==
          "getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal");
  }
  SUBCASE("completion must not ask") {
    desk.options.interactive = false;
    CHECK(desk.problem_of_request() ==
          "getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal");
  }
  SUBCASE("the command reads stdin itself") {
    desk.options.stdin_is_taken = true;
    CHECK(desk.open()->config().stdin_is_taken);
    CHECK(desk.problem_of_request().starts_with(
        "getting credentials: exec plugin cannot support interactive mode: standard input is unavailable"));
  }
}

TEST_CASE("the server's warnings and the trace go where the options say") {
  test::ScriptedServer server;
  server.otherwise(test::replies(200, R"({"major":"1"})", "application/json", {{"Warning", "299 - \"old\""}}));
  Desk desk(one_context("server: '" + server.url() + "'"));
  std::mutex mutex;
  std::vector<std::string> warnings, trace;
  const auto keep_in = [&mutex](std::vector<std::string>& lines) {
    return [&mutex, &lines](std::string_view line) {
      const std::scoped_lock lock(mutex);
      lines.emplace_back(line);
    };
  };
  desk.options.on_warning = keep_in(warnings);
  desk.options.trace = keep_in(trace);
  const auto request = [&](int verbosity) {
    desk.options.verbosity = verbosity;
    return desk.open()->raw_get("/version");
  };
  CHECK(request(0).at("major") == "1");
  CHECK(trace.empty());
  request(6);
  CHECK(warnings == std::vector<std::string>{"old", "old"});  // Once each client.
  REQUIRE(trace.size() == 1);
  CHECK(trace[0].find("\"Response\" verb=\"GET\" url=\"" + server.url() + "/version\" status=\"200 OK\"") !=
        std::string::npos);
}

}  // namespace dba::kube
