#include <doctest/doctest.h>

#include "session_fixture.hpp"

using dba::test::RawClient;
using dba::test::SessionServer;

namespace {

std::string text(std::string_view bytes) { return std::string(bytes); }

}  // namespace

TEST_CASE("exec over v5: an empty first message, output, the end of stdin, the status, a close frame") {
  SessionServer server;
  RawClient client(server);
  const std::string head = client.open_websocket("/exec?command=cat&stdin=true&stdout=true&stderr=true",
                                                 "v5.channel.k8s.io, v4.channel.k8s.io");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
  CHECK(head.find("Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n") != std::string::npos);
  CHECK(client.read_frame() == "2:\x01");
  CHECK(client.read_frame() == "2:\x02listening\n");
  client.send_message(text(std::string_view("\0hello", 6)));
  CHECK(client.read_frame() == "2:\x01<hello>");
  client.send_frame(9, "beat");
  CHECK(client.read_frame() == "10:beat");
  client.send_message(text(std::string_view("\xff\0", 2)));
  CHECK(client.read_frame() == "2:\x03{\"metadata\":{},\"status\":\"Success\"}");
  CHECK(client.read_frame() == "8:\x03\xe8");
  CHECK(client.read_frame().empty());
}

TEST_CASE("exec tells exit codes and what could not be run in the container runtime's words") {
  struct Row {
    const char* query;
    const char* status;
  };
  for (const Row& row :
       {Row{"command=exit&command=7",
            "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit code: error "
            "executing "
            "command [exit 7], exit code "
            "7\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\","
            "\"message\":\"7\"}]}}"},
        Row{"command=nothing",
            "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"Internal error occurred: error executing command in "
            "container: "
            "exec: \\\"nothing\\\": executable file not found in "
            "$PATH\",\"reason\":\"InternalError\",\"details\":{\"causes\":[{"
            "\"message\":\"error executing command in container: exec: \\\"nothing\\\": executable file not found in "
            "$PATH\"}]},\"code\":500}"}}) {
    CAPTURE(row.query);
    SessionServer server;
    RawClient client(server);
    client.open_websocket(std::string("/exec?stdout=true&") + row.query, "v4.channel.k8s.io");
    CHECK(client.read_frame() == "2:\x01");
    CHECK(client.read_frame() == std::string("2:\x03") + row.status);
    CHECK(client.read_frame() == "8:\x03\xe8");
  }
}

TEST_CASE("a large output arrives whole, in messages of at most 32 KiB") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/exec?command=flood&stdout=true", "v5.channel.k8s.io");
  std::size_t total = 0;
  while (true) {
    const std::string frame = client.read_frame();
    REQUIRE(frame.starts_with("2:"));
    if (frame[2] == '\x03') break;
    CHECK(frame.size() <= 32 * 1024 + 3);
    total += frame.size() - 3;
  }
  CHECK(total == 4'000'000);
}

TEST_CASE("a client that vanishes ends its command") {
  SessionServer server;
  {
    RawClient client(server);
    client.open_websocket("/exec?command=cat&stdin=true&stdout=true", "v5.channel.k8s.io");
    CHECK(client.read_frame() == "2:\x01");
  }
  while (!server.pods.stopped) std::this_thread::yield();
  CHECK(server.pods.stopped);
}

TEST_CASE("requests that cannot become an exec are refused with a Status") {
  struct Row {
    const char* path;
    const char* headers;
    const char* message;
  };
  const std::string websocket =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const Row& row : {Row{"/exec?command=cat", "", "you must specify at least 1 of stdin, stdout, stderr"},
                         Row{"/exec?stdout=true", "", "you must specify at least one command for the container"},
                         Row{"/exec?command=cat&stdout=true", "", "Upgrade request required"},
                         Row{"/exec?command=cat&stdout=true", "Sec-WebSocket-Protocol: chat\r\n",
                             "unable to upgrade: no supported WebSocket subprotocol was asked for"}}) {
    CAPTURE(row.message);
    SessionServer server;
    RawClient client(server);
    const bool upgrades = *row.headers != '\0';
    const std::string head = client.request(std::string("GET ") + row.path, (upgrades ? websocket : "") + row.headers);
    CHECK(head.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    const std::string body = client.read_until("\n");
    CHECK(body ==
          std::string(
              "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"") +
              row.message + "\",\"reason\":\"BadRequest\",\"code\":400}\n");
  }
}

TEST_CASE("a client that breaks the protocol is told so and cut off") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/exec?command=cat&stdin=true&stdout=true", "v5.channel.k8s.io");
  CHECK(client.read_frame() == "2:\x01");
  client.send("\x82\x01x");
  CHECK(client.read_frame() == "8:\x03\xeanot a WebSocket client: a frame without a mask");
  CHECK(client.read_frame().empty());
}

TEST_CASE("fault tunnel-drop cuts a running session without a word") {
  SessionServer server;
  RawClient client(server);
  client.open_websocket("/exec?command=cat&stdin=true&stdout=true", "v5.channel.k8s.io");
  CHECK(client.read_frame() == "2:\x01");
  server.world.faults.set(dba::sandbox::world::parse_fault("tunnel-drop sales/0"));
  CHECK(client.read_frame().empty());
}

TEST_CASE("the log's query reaches the pod, and the text comes in chunks") {
  SessionServer server;
  RawClient client(server);
  const std::string head =
      client.request("GET /log?follow=1&previous=false&timestamps=true&tailLines=5&sinceSeconds=60&limitBytes=100",
                     "Connection: close\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(client.read_rest().find("follow=true previous=false timestamps=true tail=5 since=60 limit=100\n") !=
        std::string::npos);
  RawClient other(server);
  CHECK(other.request("GET /log?tailLines=many", "").starts_with("HTTP/1.1 400 Bad Request\r\n"));
}
