#include <future>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/pod_streams.hpp"

#include "execution.hpp"
#include "support/fake_transport.hpp"
#include "support/pod_peer.hpp"

namespace dba::kube {

namespace {

using test::accepts;
using test::distinct_bytes;
using test::PodPeer;
using test::ScriptedServer;
using namespace std::chrono_literals;

constexpr int kStdin = 0, kStdout = 1, kStderr = 2, kStatus = 3;
const std::string kSuccess = R"({"metadata":{},"status":"Success"})";

std::string exit_status(std::string_view code) {
  return fmt::format(R"({{"metadata":{{}},"status":"Failure","message":"command terminated with non-zero exit code",)"
                     R"("reason":"NonZeroExitCode","details":{{"causes":[{{"reason":"ExitCode","message":"{}"}}]}}}})",
                     code);
}

/// A server that plays that once for a command in a pod.
struct Container {
  explicit Container(ScriptedServer::Handler handler) : cluster(Container::at(server.url())) {
    server.then(std::move(handler));
  }
  explicit Container(std::function<void(PodPeer&)> play, std::string protocol = "")
      : Container(accepts(std::move(play), std::move(protocol))) {}
  static ClientConfig at(const std::string& url) {
    ClientConfig config;
    config.server = url;
    return config;
  }
  ExecResult run(std::string stdin_text = "", std::chrono::nanoseconds within = 1min,
                 const std::stop_token& stop = {}) {
    const ExecRequest request{.ns = "demo",
                              .pod = "sales-0",
                              .container = "mssql",
                              .command = {"sh", "-c", "echo $1 & 100%", "é"},
                              .stdin_text = std::move(stdin_text)};
    return exec_in_pod(cluster.client(), request, platform::system_clock().steady_now() + within, stop);
  }
  ErrorInfo failure() {
    try {
      run();
    } catch (const Error& error) {
      return error.info();
    }
    throw std::runtime_error("it ran");
  }

  ScriptedServer server{};
  test::FakeCluster cluster;
};

}  // namespace

TEST_CASE("a command is asked for word by word, and both of its streams and its exit code come back") {
  Container container([](PodPeer& peer) {
    peer.send(kStdout, "");  // how the server says that it is connected
    peer.send(kStdout, "one ");
    peer.send(kStderr, "warning");
    peer.send(kStdout, "two");
    const std::string status = exit_status("7");
    peer.send(kStatus, status.substr(0, 30));
    peer.send(kStatus, status.substr(30));
    peer.close();
  });
  const ExecResult result = container.run();
  CHECK(result.exit_code == 7);
  CHECK(result.out == "one two");
  CHECK(result.err == "warning");
  const test::ReceivedRequest request = container.server.requests().at(0);
  CHECK(request.target ==
        "/api/v1/namespaces/demo/pods/sales-0/exec?container=mssql&command=sh&command=-c&command=echo+%241+%26+100%25"
        "&command=%C3%A9&stdin=false&stdout=true&stderr=true&tty=false");
  CHECK(request.header("Sec-WebSocket-Protocol") == "v5.channel.k8s.io, v4.channel.k8s.io");
}

TEST_CASE("the input arrives whole and has an end, while as much comes back") {
  const std::string input = distinct_bytes(3U << 20U);
  std::string end;
  Container container([&](PodPeer& peer) {
    for (std::size_t got = 0; got < input.size();) {
      const std::string piece = peer.receive(kStdin, std::min<std::size_t>(100'000, input.size() - got));
      got += piece.size();
      peer.send(kStdout, piece);
    }
    end = peer.receive(255, 1);
    peer.send(kStatus, kSuccess);
    peer.close();
  });
  const ExecResult result = container.run(input);
  CHECK(result.exit_code == 0);
  CHECK((result.out == input));
  CHECK(end == std::string(1, static_cast<char>(kStdin)));
  CHECK(container.server.requests().at(0).target.find("&stdin=true&") != std::string::npos);
}

TEST_CASE("a server of the older protocol gets the input and nothing that it does not know") {
  std::string rest;
  Container container(
      [&](PodPeer& peer) {
        CHECK(peer.receive(kStdin, 5) == "EXIT\n");
        CHECK(peer.answers_ping());
        rest = peer.take_received(255);
        peer.send(kStatus, kSuccess);
        peer.close();
      },
      "v4.channel.k8s.io");
  CHECK(container.run("EXIT\n").exit_code == 0);
  CHECK(rest.empty());
}

TEST_CASE("ten MiB of output arrive whole before the exit code does") {
  const std::string output = distinct_bytes(10U << 20U);
  Container container([&](PodPeer& peer) {
    for (std::size_t at = 0; at < output.size(); at += 32768) peer.send(kStdout, output.substr(at, 32768));
    peer.send(kStatus, exit_status("3"));
    peer.close();
  });
  const ExecResult result = container.run();
  CHECK((result.out == output));
  CHECK(result.exit_code == 3);
}

TEST_CASE("a command that ends without reading its input has its say") {
  const std::string input = distinct_bytes(8U << 20U);
  for (int i = 0; i < 20; ++i) {  // what it says and the end of the connection race with what is still being sent
    Container container([](PodPeer& peer) {
      peer.receive(kStdin, 1);
      peer.send(kStderr, "Login failed for user 'sa'.");
      peer.send(kStatus, exit_status("1"));
      peer.close();
    });
    const ExecResult result = container.run(input);
    CHECK(result.exit_code == 1);
    CHECK(result.err == "Login failed for user 'sa'.");
  }
}

TEST_CASE("what keeps a command from running, or from ending, is a failure with the other side's words") {
  struct Row {
    std::string status, message, cause;
  };
  const std::string cannot = "cannot run a command in pod \"sales-0\"";
  const Row rows[] = {
      {R"({"status":"Failure","message":"error executing command in container: exec: \"sqlcmd\": executable file not found in $PATH","reason":"InternalError","code":500})",
       cannot, "error executing command in container: exec: \"sqlcmd\": executable file not found in $PATH"},
      {"container not found (\"mssql\")", cannot, "container not found (\"mssql\")"},
      {exit_status("seven"), cannot, "command terminated with non-zero exit code"},
      {"[]", cannot, "[]"},
      {"", "the connection to pod \"sales-0\" ended before its command did", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    Container container([&](PodPeer& peer) {
      peer.send(kStdout, "half of the ");
      if (!row.status.empty()) peer.send(kStatus, row.status);
    });
    const ErrorInfo info = container.failure();
    CHECK(info.code == ExitCode::unexpected);
    CHECK(info.message == row.message);
    CHECK(info.cause == row.cause);
  }
}

TEST_CASE("what is no WebSocket message is told, not taken for output") {
  Container container(
      ScriptedServer::Handler([](const test::ReceivedRequest& request, test::ServerConnection& connection) {
        const PodPeer peer(request, connection, "");
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        connection.wait_for_hangup();
      }));
  const ErrorInfo info = container.failure();
  CHECK(info.message == "what came over the WebSocket is not one");
  CHECK(info.cause == "reserved bits are set");
}

TEST_CASE("a command that does not end is left at the deadline, and at once when stopped") {
  const auto silent = [](PodPeer& peer) { peer.wait_for_end(); };
  Container late(silent);
  try {
    late.run("", 50ms);
    FAIL("it ended");
  } catch (const Error& error) {
    CHECK(error.info().code == ExitCode::timed_out);
    CHECK(error.info().message == "a command in pod \"sales-0\" did not end in time");
  }
  std::stop_source stop;
  Container stopped([&](PodPeer& peer) {
    CHECK(peer.answers_ping());
    stop.request_stop();
    peer.wait_for_end();
  });
  CHECK_THROWS_WITH_AS(stopped.run("", 1h, stop.get_token()), "interrupted", Error);
}

TEST_CASE("one that never pauses is left at the deadline, and at once when stopped, just the same") {
  std::stop_source stop;
  const auto endless = [&](PodPeer& peer) {
    const std::string piece(32768, 'x');
    peer.send(kStdout, "begun");
    for (int i = 0; i < 100'000; ++i) {
      peer.send(9, piece);  // of no channel: it counts for nothing
      if (i == 100) stop.request_stop();
    }
  };
  Container late(endless), stopped(endless);
  CHECK_THROWS_WITH_AS(late.run("", 50ms), "a command in pod \"sales-0\" did not end in time", Error);
  CHECK_THROWS_WITH_AS(stopped.run("", 1h, stop.get_token()), "interrupted", Error);
}

TEST_CASE("a command that is silent for long is kept alive, one whose API server is silent is given up") {
  ScriptedServer server;
  server.then(accepts([](PodPeer& peer) {
    for (int i = 0; i < 3; ++i) CHECK(peer.wait_for_ping());
    peer.send(kStatus, kSuccess);
    peer.close();
  }));
  server.then(accepts([](PodPeer& peer) { peer.wait_for_end(); }));
  const ExecRequest request{.pod = "sales-0"};
  const auto in_a_minute = platform::system_clock().steady_now() + 1min;
  const auto run = [&](std::chrono::milliseconds dead_after) {
    auto outcome = WebSocket::open(Container::at(server.url()), {}, {"/", {"v5.channel.k8s.io"}}, in_a_minute, {});
    REQUIRE(outcome.socket);
    return carry_command(std::move(outcome.socket), request, in_a_minute, {},
                         {.ping_after = 5ms, .dead_after = dead_after});
  };
  CHECK(run(1h).exit_code == 0);
  CHECK_THROWS_WITH_AS(run(50ms), "the API server went silent while a command ran in pod \"sales-0\"", Error);
}

}  // namespace dba::kube
