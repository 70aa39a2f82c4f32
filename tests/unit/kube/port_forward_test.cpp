#include <atomic>
#include <future>
#include <latch>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/pod_streams.hpp"

#include "port_connection.hpp"
#include "support/fake_transport.hpp"
#include "support/pod_peer.hpp"
#include "support/test_pki.hpp"

namespace dba::kube {

namespace {

using test::accepts;
using test::distinct_bytes;
using test::LocalEnd;
using test::PodPeer;
using test::ScriptedServer;
using namespace std::chrono_literals;

constexpr std::size_t kMebibyte = 1U << 20U;
const std::string kNormal("\x03\xe8", 2);

platform::SteadyTime in_a_minute() { return platform::system_clock().steady_now() + 1min; }

/// A pod behind a server, forwarded.
struct Forwarded {
  explicit Forwarded(const ScriptedServer::Options& options = {}, ClientConfig config = {}, std::string uid = "")
      : server(options),
        cluster(at(std::move(config), server.url())),
        forward(cluster.client(), target(std::move(uid))) {}
  static ClientConfig at(ClientConfig config, const std::string& url) {
    config.server = url + config.server;
    return config;
  }
  static PodPort target(std::string uid) {
    return {.ns = "demo", .pod = "sales-0", .port = 1433, .uid = std::move(uid)};
  }
  LocalEnd connect() { return LocalEnd(forward.connect(in_a_minute(), {})); }

  ScriptedServer server;
  test::FakeCluster cluster;
  PortForward forward;
};

void echo(PodPeer& peer) {
  peer.open_port();
  while (true) {
    const std::string bytes = peer.receive(0, 1);
    if (bytes.empty()) return;
    peer.send(0, bytes + peer.take_received(0));
  }
}

/// What goes there and back, written and read at the same time.
std::string echoed(const LocalEnd& local, const std::string& bytes) {
  const auto writing = std::async(std::launch::async, [&] { local.write(bytes); });
  return local.read(bytes.size());
}

}  // namespace

TEST_CASE("a forwarded connection asks as the API server wants it") {
  ClientConfig config;
  config.server = "/k8s/clusters/c-1";
  config.impersonate.user = "jane";
  Forwarded pod({}, config);
  pod.server.then(accepts([](PodPeer& peer) {
    peer.open_port();
    peer.send(0, "hello");
    peer.close();
  }));
  CHECK(pod.connect().read_to_end() == "hello");
  const test::ReceivedRequest request = pod.server.requests().at(0);
  CHECK(request.method == "GET");
  CHECK(request.target == "/k8s/clusters/c-1/api/v1/namespaces/demo/pods/sales-0/portforward?ports=1433");
  CHECK(request.header("Host") == fmt::format("127.0.0.1:{}", pod.server.port()));
  CHECK(request.header("Upgrade") == "websocket");
  CHECK(request.header("Sec-WebSocket-Version") == "13");
  CHECK(request.header("Sec-WebSocket-Protocol") == "v4.channel.k8s.io");
  CHECK(request.header("Sec-WebSocket-Extensions").empty());
  CHECK(request.header("Origin").empty());
  CHECK(request.header("Impersonate-User") == "jane");
}

TEST_CASE("eight MiB go both ways at the same time, over TLS as well") {
  const test::TestAuthority authority;
  ScriptedServer::Options tls;
  tls.tls = authority.issue();
  ClientConfig trusting;
  trusting.ca_pem = authority.certificate_pem();
  const std::string bytes = distinct_bytes(8 * kMebibyte);
  for (const bool encrypted : {false, true}) {
    CAPTURE(encrypted);
    Forwarded pod(encrypted ? tls : ScriptedServer::Options{}, encrypted ? trusting : ClientConfig{});
    pod.server.then(accepts(echo));
    CHECK((echoed(pod.connect(), bytes) == bytes));
  }
}

TEST_CASE("the port that both channels begin with is not data, wherever it is cut") {
  Forwarded pod;
  pod.server.then(accepts([](PodPeer& peer) {
    peer.send(0, "\x99");
    peer.send(1, "");
    peer.send(1, "\x99");
    peer.send(0,
              "\x05"
              "first");
    peer.send(1, "\x05");
    peer.send(0, ", second");
    peer.send(7, "of no channel");
    peer.close();
  }));
  CHECK(pod.connect().read_to_end() == "first, second");
  CHECK(pod.forward.problem().empty());
}

TEST_CASE("a refused port ends the connection, and the other side's words are there at once") {
  const std::string words =
      "error forwarding port 1433 to pod 1a2b, uid : dial tcp4 127.0.0.1:1433: connection refused";
  Forwarded pod;
  pod.server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    peer.send(1, words.substr(0, 20));
    peer.send(1, words.substr(20));
    peer.close();
  }));
  CHECK(pod.connect().read_to_end().empty());
  CHECK(pod.forward.problem() == words);
}

TEST_CASE("what the pod sent before its connection was cut is read to the end") {
  const std::string bytes = distinct_bytes(3 * kMebibyte);
  Forwarded pod;
  pod.server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    peer.send(0, bytes);  // one message, longer than what is taken in at once
  }));
  CHECK((pod.connect().read_to_end() == bytes));
}

TEST_CASE("a reader that stands still makes the pod wait, and nobody else") {
  Forwarded pod;
  std::atomic<std::size_t> sent = 0;
  const std::string piece = distinct_bytes(kMebibyte / 4);
  pod.server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    for (int i = 0; i < 192; ++i, sent += piece.size()) peer.send(0, piece);
    peer.close();
  }));
  pod.server.then(accepts(echo));
  const LocalEnd still = pod.connect();
  const std::string bytes = distinct_bytes(8 * kMebibyte);
  CHECK((echoed(pod.connect(), bytes) == bytes));
  CHECK(sent < 12 * kMebibyte);  // what sockets and we keep
  CHECK(still.read_to_end().size() == 48 * kMebibyte);
}

TEST_CASE("a pod that does not read makes the writer wait, and nobody else") {
  Forwarded pod;
  std::latch may_read{1};
  pod.server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    may_read.wait();
    peer.send(0, std::to_string(peer.receive(0, 24 * kMebibyte).size()));
  }));
  pod.server.then(accepts(echo));
  const LocalEnd local = pod.connect();
  std::atomic<std::size_t> written = 0;
  const auto writing = std::async(std::launch::async, [&] {
    const std::string piece = distinct_bytes(kMebibyte / 4);
    for (int i = 0; i < 96 && local.write(piece); ++i) written += piece.size();
  });
  const std::string bytes = distinct_bytes(8 * kMebibyte);
  const LocalEnd other = pod.connect();
  for (int i = 0; i < 3; ++i) CHECK((echoed(other, bytes) == bytes));
  CHECK(written < 12 * kMebibyte);
  may_read.count_down();
  CHECK(local.read_to_end() == std::to_string(24 * kMebibyte));
}

TEST_CASE("after its last byte the local side still hears the pod") {
  Forwarded pod;
  std::latch ended{1};
  pod.server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    CHECK(peer.receive(0, 4) == "ping");
    ended.wait();
    CHECK(peer.answers_ping());
    CHECK(peer.answers_ping());
    peer.send(0, "late answer");
    peer.close();
  }));
  const LocalEnd local = pod.connect();
  CHECK(local.write("ping"));
  local.end_sending();
  ended.count_down();
  CHECK(local.read_to_end() == "late answer");
}

TEST_CASE("who gives up a connection tells the pod's side so") {
  std::promise<std::string> end;
  {
    Forwarded pod;
    pod.server.then(accepts([&](PodPeer& peer) {
      peer.open_port();
      end.set_value(peer.wait_for_end());
    }));
    auto forward = std::make_unique<PortForward>(pod.cluster.client(), Forwarded::target(""));
    const LocalEnd local(forward->connect(in_a_minute(), {}));
    forward.reset();
    CHECK(local.read_to_end().empty());
    CHECK(end.get_future().get() == kNormal);
  }
}

TEST_CASE("thirty-two connections at once, and a hundred one after another, each with bytes of its own") {
  Forwarded pod;
  pod.server.otherwise(accepts(echo));
  std::vector<std::future<bool>> parallel;
  for (int i = 0; i < 32; ++i) {
    parallel.push_back(std::async(std::launch::async, [&pod, i] {
      const std::string bytes = std::to_string(i) + distinct_bytes(100'000);
      return echoed(pod.connect(), bytes) == bytes;
    }));
  }
  for (std::future<bool>& one : parallel) CHECK(one.get());
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = std::to_string(i);
    CHECK(echoed(pod.connect(), bytes) == bytes);
  }
  CHECK(pod.server.connections() == 132);
}

TEST_CASE("a pod that was recreated is reached by its name, but never by the UID of the former one") {
  Forwarded any, former({}, {}, "1");
  for (Forwarded* pod : {&any, &former}) pod->server.otherwise(accepts(echo));
  Json sales = test::object_json(resources::pods, "demo", "sales-0");
  sales["metadata"]["uid"] = "1";
  former.cluster.api().on_get(sales);
  CHECK(echoed(former.connect(), "first") == "first");

  sales["metadata"]["uid"] = "2";
  former.cluster.api().on_get(sales);
  CHECK_THROWS_WITH_AS(former.connect(), "pod \"sales-0\" is another one now: it was recreated", Error);
  CHECK(echoed(any.connect(), "second") == "second");
  CHECK(any.cluster.api().requests().empty());

  former.cluster.api().on_get_missing(resources::pods, "demo", "sales-0");
  try {
    former.connect();
    FAIL("it connected");
  } catch (const ApiError& error) {
    CHECK(error.kind() == ApiError::Kind::not_found);
  }
}

TEST_CASE("what went through a connection is told when it has ended") {
  ScriptedServer server;
  server.then(accepts([](PodPeer& peer) {
    peer.open_port();
    CHECK(peer.receive(0, 3) == "one");
    peer.send(0, "1");
    CHECK(peer.receive(0, 3) == "two");
    peer.send(0, "2");
    peer.send(0, "2");
    peer.close();
  }));
  ClientConfig config;
  config.server = server.url();
  auto outcome = WebSocket::open(config, {}, {"/", {"v4.channel.k8s.io"}}, in_a_minute(), {});
  REQUIRE(outcome.socket);
  auto [ours, theirs] = platform::connected_pair();
  std::promise<PortTraffic> told;
  const PortConnection connection(std::move(outcome.socket), std::move(ours), {},
                                  [&told](const PortTraffic& traffic) { told.set_value(traffic); });
  const LocalEnd local(std::move(theirs));
  CHECK(local.write("one"));
  CHECK(local.read(1) == "1");
  CHECK(local.write("two"));
  CHECK(local.read(2) == "22");
  const PortTraffic traffic = told.get_future().get();
  CHECK(traffic.round_trips == 2);
  CHECK(traffic.bytes_out == 6);
  CHECK(traffic.bytes_in == 3);
}

TEST_CASE("a pod that never speaks again is given up, one that is only not listened to is not") {
  ScriptedServer server;
  std::latch stalled{1}, listening{1};
  server.then(accepts([&](PodPeer& peer) {
    peer.wait_for_ping();
    peer.wait_for_end();
  }));
  server.then(accepts([&](PodPeer& peer) {
    peer.open_port();
    peer.send(0, distinct_bytes(2 * kMebibyte));
    // Each after another silence; together more than it bears otherwise.
    for (int i = 0; i < 60; ++i) CHECK(peer.wait_for_ping());
    stalled.count_down();
    listening.wait();
    peer.close();
  }));
  ClientConfig config;
  config.server = server.url();
  const PortLimits limits{.silence = {.ping_after = 20ms, .dead_after = 1s}, .finished_after = 1h};
  const auto open = [&] {
    auto outcome = WebSocket::open(config, {}, {"/", {"v4.channel.k8s.io"}}, in_a_minute(), {});
    REQUIRE(outcome.socket);
    return std::move(outcome.socket);
  };
  {
    auto [ours, theirs] = platform::connected_pair();
    const PortConnection connection(open(), std::move(ours), limits);
    CHECK(LocalEnd(std::move(theirs)).read_to_end().empty());
    CHECK(connection.problem() == "the API server went silent");
  }
  auto [ours, theirs] = platform::connected_pair();
  const PortConnection connection(open(), std::move(ours), limits);
  stalled.wait();
  listening.count_down();
  CHECK(LocalEnd(std::move(theirs)).read_to_end().size() == 2 * kMebibyte);
  CHECK(connection.problem().empty());
}

TEST_CASE("when nothing comes after the local side's last byte, the connection is over") {
  ScriptedServer server;
  std::promise<std::string> end;
  server.then(accepts([&](PodPeer& peer) {
    CHECK(peer.receive(0, 3) == "bye");
    end.set_value(peer.wait_for_end());
  }));
  ClientConfig config;
  config.server = server.url();
  auto outcome = WebSocket::open(config, {}, {"/", {"v4.channel.k8s.io"}}, in_a_minute(), {});
  REQUIRE(outcome.socket);
  auto [ours, theirs] = platform::connected_pair();
  const PortConnection connection(std::move(outcome.socket), std::move(ours), {.finished_after = 50ms});
  const LocalEnd local(std::move(theirs));
  CHECK(local.write("bye"));
  local.end_sending();
  CHECK(local.read_to_end().empty());
  CHECK(end.get_future().get() == kNormal);
}

}  // namespace dba::kube
