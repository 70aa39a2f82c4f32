// A program that connects to the port that `port-forward` opens, on a fake cluster whose pods are scripted.

#include <charconv>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/platform/socket.hpp"

#include "support/command_harness.hpp"
#include "support/mssql_objects.hpp"
#include "support/patient_clock.hpp"
#include "support/pod_peer.hpp"

namespace {

using namespace dba;
using test::CommandHarness;
using test::CommandResult;
using test::LocalEnd;
using test::PodPeer;
namespace resources = dba::kube::resources;

/// `port-forward sales :1433` of "demo", whose sales-0 leads.
struct ForwardedDatabase {
  test::ScriptedServer server{};
  test::PatientClock clock{};
  CommandHarness harness{};
  std::vector<Json> all = test::three_pods();
  test::FakeWatch& databases = harness.api().on_watch(resources::mssqlservers, "demo");
  test::FakeWatch& pods = harness.api().on_watch(resources::pods, "demo");
  test::FakeWatch& slices = harness.api().on_watch(resources::endpointslices, "demo");
  std::uint16_t port = 0;  ///< The local one, as soon as it is known.

  ForwardedDatabase() {
    harness.use_clock(clock);
    harness.serve_at(server.url());
    harness.api().on_get(test::database_json("demo", "sales"));
    harness.api().on_list(resources::mssqlservers, "demo", {test::database_json("demo", "sales")}).optionally();
    harness.api().on_list(resources::pods, "demo", all);
    harness.api().on_list(resources::endpointslices, "demo", {});
    for (const Json& pod : all) harness.api().on_get(pod).optionally();
  }
  LocalEnd connect() const { return LocalEnd(platform::connect_to_loopback(port)); }
  /// Runs the command with these words more. Once it listens, `use` is called beside it; then the command is ended.
  CommandResult run(const std::vector<std::string>& more, const std::function<void()>& use) {
    std::jthread user;
    harness.on_output = [&](std::string_view text) {
      constexpr std::string_view kStart = "Forwarding from 127.0.0.1:";
      if (port != 0 || !text.starts_with(kStart)) return;
      std::from_chars(text.data() + kStart.size(), text.data() + text.size(), port);
      user = std::jthread([&] {
        use();
        harness.stop().request_stop();
      });
    };
    std::vector<std::string> words{"mssql", "port-forward", "sales", ":1433"};
    words.insert(words.end(), more.begin(), more.end());
    return harness.run(words);
  }
};

void greet(PodPeer& peer) {
  peer.open_port();
  peer.send(0, "hello");
  peer.send(0, peer.receive(0, 3));
  peer.wait_for_end();
}

}  // namespace

TEST_CASE("port-forward says what kubectl says, and carries bytes to the primary and back") {
  ForwardedDatabase database;
  database.server.otherwise(test::accepts(greet));
  const CommandResult result = database.run({}, [&] {
    for (const std::string bye : {"bye", "BYE"}) {
      const LocalEnd local = database.connect();
      CHECK(local.read(5) == "hello");
      CHECK(local.write(bye));
      CHECK(local.read(3) == bye);
    }
  });
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.out == fmt::format("Forwarding from 127.0.0.1:{0} -> 1433\nHandling connection for {0}\n"
                                  "Handling connection for {0}\n",
                                  database.port));
  CHECK(result.err == "to pod sales-0\n");
  CHECK(database.server.requests().at(0).target == "/api/v1/namespaces/demo/pods/sales-0/portforward?ports=1433");
}

TEST_CASE("port-forward goes to whoever follows, or to the replica that is named") {
  for (const auto& [flag, value, pod] :
       {std::tuple{"--role", "secondary", "sales-1"}, {"--replica", "sales-2", "sales-2"}}) {
    CAPTURE(pod);
    ForwardedDatabase database;
    database.server.otherwise(test::accepts(greet));
    const CommandResult result = database.run({flag, value}, [&] { CHECK(database.connect().read(5) == "hello"); });
    CHECK(result.err == fmt::format("to pod {}\n", pod));
    CHECK(database.server.requests().at(0).target.find(pod) != std::string::npos);
  }
}

TEST_CASE("what ended a connection is told, and the next one is taken all the same") {
  ForwardedDatabase database;
  database.server
      .then(test::accepts([](PodPeer& peer) {
        peer.open_port();
        peer.send(1, "dial tcp4 127.0.0.1:1433: connection refused \x1b[31m");
        peer.close();
      }))
      .then(test::accepts(greet));
  const CommandResult result = database.run({}, [&] {
    CHECK(database.connect().read_to_end().empty());
    CHECK(database.connect().read(5) == "hello");
  });
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.err == "to pod sales-0\nconnection ended: dial tcp4 127.0.0.1:1433: connection refused ^[[31m\n");
}

TEST_CASE("port-forward --follow ends what led to the former primary and leads to the new one") {
  ForwardedDatabase database;
  database.server.otherwise(test::accepts(greet));
  const CommandResult result = database.run({"--follow"}, [&] {
    const LocalEnd former = database.connect();
    CHECK(former.read(5) == "hello");
    database.pods.modified(test::pod_json("demo", "sales", 0, "secondary", "2"));
    CHECK(former.read_to_end().empty());
    CHECK(database.connect().read_to_end().empty());  // there is nobody who leads
    database.pods.modified(test::pod_json("demo", "sales", 1, "primary", "3"));
    while (database.connect().read(5) != "hello") {
    }
  });
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.err.find("\nno pod to forward to: ") != std::string::npos);
  CHECK(result.err.find("\nconnection ended: ") != std::string::npos);
  CHECK(result.err.find("\nnow to pod sales-1\n") != std::string::npos);
  CHECK(database.server.requests().back().target.find("/pods/sales-1/") != std::string::npos);
}

TEST_CASE("without --follow a change of roles changes nothing, and the end of the pod is the command's") {
  ForwardedDatabase database;
  database.server.otherwise(test::accepts(greet));
  const CommandResult result = database.run({}, [&] {
    const LocalEnd local = database.connect();
    CHECK(local.read(5) == "hello");
    database.pods.modified(test::pod_json("demo", "sales", 0, "secondary", "2"));
    database.pods.modified(test::pod_json("demo", "sales", 1, "primary", "3"));
    CHECK(local.write("bye"));
    CHECK(local.read(3) == "bye");
    database.pods.deleted(database.all[0]);
    CHECK(local.read_to_end().empty());
  });
  CHECK(result.code == ExitCode::unexpected);
  CHECK(result.err == "to pod sales-0\nerror: lost connection to pod\n");
}

TEST_CASE("port-forward says why it cannot begin") {
  const platform::Listener taken = platform::listen_on_loopback();
  struct Row {
    std::vector<std::string> words;
    ExitCode code;
    std::string err;
  };
  const std::string not_a_port = "is not a number from ";
  const Row rows[] = {
      {{"1:2:3"}, ExitCode::usage, "PORTS: remote port \"2:3\" " + not_a_port + "1 to 65535"},
      {{":0"}, ExitCode::usage, "PORTS: remote port \"0\" " + not_a_port + "1 to 65535"},
      {{"x:1433"}, ExitCode::usage, "PORTS: local port \"x\" " + not_a_port + "0 to 65535"},
      {{"65536"}, ExitCode::usage, "PORTS: remote port \"65536\" " + not_a_port + "1 to 65535"},
      {{":1433", "--role", "primary", "--replica", "sales-0"},
       ExitCode::usage,
       "--role and --replica exclude each other"},
      {{fmt::format("{}:1433", taken.port)}, ExitCode::usage, fmt::format("cannot listen on 127.0.0.1:{}", taken.port)},
      {{":1433", "--address", "somewhere"}, ExitCode::usage, "\"somewhere\" is not an address to listen on"},
      {{":1433", "--replica", "sales-9"}, ExitCode::denied, "there is no live pod \"sales-9\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.err);
    CommandHarness harness;
    harness.api().on_get(test::database_json("demo", "sales")).optionally();
    harness.api().on_list(resources::pods, "demo", test::three_pods()).optionally();
    harness.api().on_list(resources::endpointslices, "demo", {}).optionally();
    std::vector<std::string> words{"mssql", "port-forward", "sales"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const CommandResult result = harness.run(words);
    CHECK(result.code == row.code);
    CHECK(result.err.starts_with("error: " + row.err));
    CHECK(result.out.empty());
  }
}

TEST_CASE("port-forward to a primary that is not there ends as unhealthy") {
  CommandHarness harness;
  harness.api().on_get(test::database_json("demo", "sales"));
  harness.api().on_list(resources::pods, "demo", {test::pod_json("demo", "sales", 0, "secondary")});
  harness.api().on_list(resources::endpointslices, "demo", {});
  const CommandResult result = harness.run({"mssql", "port-forward", "sales"});
  CHECK(result.code == ExitCode::unhealthy);
  CHECK(result.out.empty());
}
