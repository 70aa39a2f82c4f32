// What the network does to a server: garbage, halves, silence, floods, hang-ups.

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <Poco/Net/StreamSocket.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "raw_client.hpp"

namespace dba::sandbox::http {
namespace {

void still_serves(const TestServer& server) { CHECK(ask(server, "GET", kMaps).code == 200); }

TEST_CASE("garbage instead of HTTP is answered with 400 or a hang-up, and the server goes on") {
  const TestServer server;
  for (const std::string_view bytes :
       {std::string_view("garbage\r\n\r\n"), std::string_view("GET\r\n\r\n"), std::string_view("\r\n\r\n\r\n"),
        std::string_view("GET / HTTP/9.9\r\n\r\n"), std::string_view("GET / HTTP/1.1\r\nno colon here\r\n\r\n"),
        std::string_view("POST /api HTTP/1.1\r\nContent-Length: many\r\n\r\n"),
        std::string_view("POST /api HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string_view("POST /api HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n"),
        std::string_view("POST /api HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        std::string_view("\x00\x01\x02\x03\x04\xff\xfe\r\n\r\n", 11)}) {
    CAPTURE(bytes);
    RawClient client(server);
    client.send(bytes);
    const auto response = client.response();
    if (response) CHECK(response->code >= 400);
  }
  std::mt19937 random(7);  // NOLINT: the same noise every time
  for (int round = 0; round < 50; ++round) {
    std::string noise(random() % 300, ' ');
    for (char& letter : noise) letter = static_cast<char>(random() % 256);
    RawClient client(server);
    client.send(noise + "\r\n\r\n");
    client.close();
  }
  still_serves(server);
}

TEST_CASE("plain HTTP on the TLS port is told so; other noise before the handshake is hung up on") {
  const TestServer server;
  const Poco::Net::SocketAddress address("127.0.0.1", static_cast<Poco::UInt16>(server.port()));
  const auto talk = [&address](const std::string& bytes) {
    Poco::Net::StreamSocket socket(address);
    socket.setReceiveTimeout(Poco::Timespan(10, 0));
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string answer;
    char buffer[512];
    try {
      for (int got = 0; (got = socket.receiveBytes(buffer, sizeof buffer)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
      }
    } catch (const Poco::Exception&) {
    }
    return answer;
  };
  CHECK(talk("GET /api HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
  CHECK(talk("\x01\x02\x03") == "");
  Poco::Net::StreamSocket half(address);
  half.sendBytes("\x16\x03\x01 and then nothing", 20);
  half.close();
  still_serves(server);
}

TEST_CASE("heads that are too large are refused") {
  const TestServer server;
  for (const std::string& request :
       {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET /api HTTP/1.1\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n", std::string("GET /api HTTP/1.1\r\n") + [] {
          std::string many;
          for (int i = 0; i < 5'000; ++i) many += fmt::format("X-{}: 1\r\n", i);
          return many;
        }() + "\r\n"}) {
    RawClient client(server);
    client.send(request);
    const auto response = client.response();
    REQUIRE(response);
    CHECK((response->code == 400 || response->code == 431));
  }
  still_serves(server);
}

TEST_CASE("a body over three MiB gets 413, whether its length is announced or not") {
  const TestServer server;
  const std::string large(4 * 1024 * 1024, 'x');
  const Response announced = ask(server, "POST", kMaps, large);
  CHECK(announced.code == 413);
  CHECK(announced.message() == "Request entity too large: limit is 3145728");
  RawClient client(server);
  client.request("POST", kMaps, "", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
  client.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", large.size(), large));
  const auto chunked = client.response();
  REQUIRE(chunked);
  CHECK(chunked->code == 413);
  still_serves(server);
}

TEST_CASE("half requests leave nothing behind: the object is not created") {
  TestServer server;
  {
    RawClient client(server);
    client.send(
        fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
                    "Content-Length: 1000\r\n\r\n{{\"metadata\":{{\"name\":\"half\"}}}}",
                    kMaps, server.server->token().reveal()));
    client.close();
  }
  {
    RawClient client(server);
    client.send("GET /api/v1/na");
    client.close();
  }
  still_serves(server);
  CHECK(ask(server, "GET", fmt::format("{}/half", kMaps)).code == 404);
}

TEST_CASE("clients that connect and say nothing do not keep others from being served") {
  const TestServer server;
  std::vector<Poco::Net::StreamSocket> silent;
  for (int i = 0; i < 50; ++i) {
    silent.emplace_back(Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(server.port())));
  }
  still_serves(server);
}

TEST_CASE("200 watchers get every event, and the server stops within a second with all of them open") {
  auto server = std::make_unique<TestServer>();
  std::vector<std::unique_ptr<RawClient>> watchers;
  for (int i = 0; i < 200; ++i) {
    watchers.push_back(std::make_unique<RawClient>(*server));
    REQUIRE(watchers.back()->request("GET", fmt::format("{}?watch=true", kMaps)));
  }
  for (const auto& watcher : watchers) REQUIRE(watcher->response(true));
  server->add_config_map("a");
  for (const auto& watcher : watchers) {
    const auto line = watcher->line();
    REQUIRE(line);
    CHECK(codec::name_of(codec::parse_json(*line, "event")["object"]) == "a");
  }
  std::jthread ender([&server] { server->server.reset(); });
  for (const auto& watcher : watchers) CHECK(watcher->closed());
}

TEST_CASE("watchers that vanish or never read do not block the others") {
  TestServer server;
  std::vector<std::unique_ptr<RawClient>> deaf;
  for (int i = 0; i < 5; ++i) {
    deaf.push_back(std::make_unique<RawClient>(server));
    deaf.back()->request("GET", fmt::format("{}?watch=true", kMaps));
  }
  for (int i = 0; i < 20; ++i) {
    RawClient gone(server);
    gone.request("GET", fmt::format("{}?watch=true", kMaps));
    REQUIRE(gone.response(true));
    gone.vanish();
  }
  RawClient attentive(server);
  attentive.request("GET", fmt::format("{}?watch=true", kMaps));
  REQUIRE(attentive.response(true));
  const std::string large(300'000, 'x');
  for (int i = 0; i < 12; ++i) {
    server.add_config_map(fmt::format("map-{}", i), large);
    const auto line = attentive.line();
    REQUIRE(line);
    CHECK(codec::name_of(codec::parse_json(*line, "event")["object"]) == fmt::format("map-{}", i));
  }
  still_serves(server);
}

}  // namespace
}  // namespace dba::sandbox::http
