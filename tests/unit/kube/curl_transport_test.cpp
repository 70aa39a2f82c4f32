#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dba/kube/transport.hpp"

#include "exchange.hpp"
#include "support/scripted_server.hpp"
#include "support/test_pki.hpp"

namespace dba::kube {

namespace {

using test::ReceivedRequest;
using test::ScriptedServer;
using test::ServerConnection;
using Broken = TransportFailure::Kind;

ClientConfig config_for(const ScriptedServer& server) {
  ClientConfig config;
  config.server = server.url();
  return config;
}

HttpRequest get(std::string target) {
  HttpRequest request;
  request.target = std::move(target);
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

HttpRequest post(std::string target, std::string body) {
  HttpRequest request = get(std::move(target));
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}

Outcome send(const std::shared_ptr<Transport>& transport, HttpRequest request, Credential credential = {}) {
  return PendingExchange(transport, std::move(request), std::move(credential)).wait({}).value();
}

TransportFailure failure_of(const ClientConfig& config, HttpRequest request) {
  const Outcome outcome = send(make_curl_transport(config, 0, {}), std::move(request));
  REQUIRE(outcome.failure.has_value());
  return *outcome.failure;
}

Credential bearer(const std::string& token) {
  Credential credential;
  credential.authorization = Secret("Bearer " + token);
  return credential;
}

}  // namespace

TEST_CASE("a request arrives as it was meant and its response comes back whole") {
  ScriptedServer server;
  server.then(test::replies(201, R"({"kind":"Secret"})", "application/json", {{"Warning", R"(299 - "w")"}}));
  ClientConfig config = config_for(server);
  config.impersonate = {.user = "jane", .uid = "7", .groups = {"a", "b"}, .extra = {{"Some/Key", "v w"}}};
  const Outcome outcome = send(make_curl_transport(config, 0, {}),
                               post("/api/v1/namespaces/demo/secrets?fieldManager=x", R"({"a":1})"), bearer("s3cret"));
  CHECK_FALSE(outcome.failure.has_value());
  CHECK(outcome.response.status == 201);
  CHECK(outcome.response.body == R"({"kind":"Secret"})");
  CHECK(outcome.response.header("warning") == R"(299 - "w")");

  const ReceivedRequest request = server.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/api/v1/namespaces/demo/secrets?fieldManager=x");
  CHECK(request.body == R"({"a":1})");
  CHECK(request.header("Authorization") == "Bearer s3cret");
  CHECK(request.header("Host") == fmt::format("127.0.0.1:{}", server.port()));
  CHECK(request.header("Accept") == "application/json");
  CHECK(request.header("Accept-Encoding") == "gzip");
  CHECK(request.header("Content-Type") == "application/json");
  CHECK(request.header("Content-Length") == "7");
  CHECK(request.header("User-Agent").starts_with("kubectl-dba/v"));
  CHECK(request.header("Impersonate-User") == "jane");
  CHECK(request.header("Impersonate-Uid") == "7");
  CHECK(request.header_count("Impersonate-Group") == 2);
  CHECK(request.header("Impersonate-Extra-some%2Fkey") == "v w");
}

TEST_CASE("every request has one Host and one User-Agent and nothing that does not belong there") {
  ScriptedServer server;
  server.otherwise(test::replies(200, "{}"));
  const auto transport = make_curl_transport(config_for(server), 0, {});
  for (const HttpRequest& request : {get("/api"), post("/api/v1/pods", "{}")}) send(transport, request);
  HttpRequest without_body = get("/api/v1/pods/a");
  without_body.method = "DELETE";
  send(transport, without_body);
  HttpRequest stream = get("/api/v1/pods?watch=true");
  stream.stream = true;
  send(transport, stream);

  const std::vector<ReceivedRequest> requests = server.requests();
  REQUIRE(requests.size() == 4);
  for (const ReceivedRequest& request : requests) {
    INFO(request.method, " ", request.target);
    CHECK(request.header_count("Host") == 1);
    CHECK(request.header_count("User-Agent") == 1);
    for (const char* name : {"Expect", "Cookie", "Authorization", "Proxy-Authorization", "Referer"}) {
      CHECK(request.header_count(name) == 0);
    }
    CHECK(request.header_count("Content-Type") == (request.body.empty() ? 0 : 1));
    CHECK(request.header_count("Accept-Encoding") == (request.target.find("watch") == std::string::npos ? 1 : 0));
  }
  CHECK(requests[2].method == "DELETE");
  CHECK(server.connections() == 1);
}

TEST_CASE("compression is not asked for when it is disabled") {
  ScriptedServer server;
  server.then(test::replies(200, "{}"));
  ClientConfig config = config_for(server);
  config.compression = false;
  send(make_curl_transport(config, 0, {}), get("/api"));
  CHECK(server.requests().at(0).header_count("Accept-Encoding") == 0);
}

TEST_CASE("the server's path prefix stands before every path") {
  ScriptedServer server;
  server.then(test::replies(200, "{}"));
  ClientConfig config = config_for(server);
  config.server += "/k8s/clusters/c-1";
  send(make_curl_transport(config, 0, {}), get("/api/v1/pods"));
  CHECK(server.requests().at(0).target == "/k8s/clusters/c-1/api/v1/pods");
}

TEST_CASE("an informational response and trailers do not leak into the head") {
  ScriptedServer server;
  server.then([](const ReceivedRequest&, ServerConnection& connection) {
    connection.send("HTTP/1.1 103 Early Hints\r\nWarning: 299 - \"early\"\r\n\r\n");
    connection.begin_chunks(200);
    connection.chunk("{}");
    connection.send("0\r\nWarning: 299 - \"late\"\r\n\r\n");
  });
  const Outcome outcome = send(make_curl_transport(config_for(server), 0, {}), get("/api"));
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.header("Warning").empty());
}

TEST_CASE("what goes wrong is named in kubectl's words") {
  struct Row {
    const char* name;
    ScriptedServer::Handler handler;
    Broken kind;
    const char* text;
    bool may_have_arrived;
  };
  const Row rows[] = {
      {"reset before the head", test::resets(), Broken::reset, "read tcp {}: connection reset by peer", true},
      {"closed before the head", test::sends_then_closes(""), Broken::reset, "EOF", true},
      {"cut in the head", test::sends_then_closes("HTTP/1.1 200 OK\r\nContent-"), Broken::reset, "", true},
      {"cut in the body", test::sends_then_closes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a"),
       Broken::truncated, "unexpected error when reading response body. Please retry. Original error: unexpected EOF",
       true},
      {"cut between chunks",
       [](const ReceivedRequest&, ServerConnection& connection) {
         connection.begin_chunks();
         connection.chunk("{\"a\":");
         connection.close();
       },
       Broken::truncated, "unexpected error when reading response body. Please retry. Original error: ", true},
      {"not HTTP", test::sends_then_closes("SSH-2.0-OpenSSH_9.2\r\n"), Broken::malformed, "malformed HTTP response",
       true},
      {"never answered", test::hangs(), Broken::timeout, "context deadline exceeded (no answer within 300ms)", true},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      ScriptedServer server;
      server.then(row.handler);
      HttpRequest request = post("/api", "{}");
      request.timeout = row.kind == Broken::timeout ? std::chrono::milliseconds(300) : std::chrono::seconds(20);
      const TransportFailure failure = failure_of(config_for(server), request);
      CHECK(failure.kind == row.kind);
      CHECK(failure.request_may_have_arrived == row.may_have_arrived);
      const std::string wanted = fmt::format(fmt::runtime(row.text), fmt::format("127.0.0.1:{}", server.port()));
      INFO(failure.message);
      CHECK(failure.message.find(wanted) != std::string::npos);
      if (row.kind != Broken::truncated) CHECK(failure.message.starts_with("Unable to connect to the server: "));
      CHECK(server.requests().size() == 1);
    }
  }
}

TEST_CASE("a server that is not there is told apart from a name that does not exist") {
  std::string address;
  ClientConfig config;
  {
    const ScriptedServer server;
    config = config_for(server);
    address = fmt::format("127.0.0.1:{}", server.port());
  }
  const TransportFailure refused = failure_of(config, post("/api", "{}"));
  CHECK(refused.kind == Broken::refused);
  CHECK(refused.message ==
        fmt::format("The connection to the server {} was refused - did you specify the right host or port?", address));
  CHECK_FALSE(refused.request_may_have_arrived);
  CHECK_FALSE(refused.at_proxy);

  ClientConfig through_proxy;
  through_proxy.server = "http://10.1.2.3:6443";
  through_proxy.proxy = "http://" + address;
  CHECK(failure_of(through_proxy, get("/api")).at_proxy);

  config.server = "http://nosuch.invalid:6443";
  const TransportFailure unknown = failure_of(config, get("/api"));
  CHECK(unknown.kind == Broken::resolve);
  CHECK(unknown.message == "Unable to connect to the server: dial tcp: lookup nosuch.invalid: no such host");
  CHECK_FALSE(unknown.request_may_have_arrived);
}

TEST_CASE("a header value cannot smuggle in a second header") {
  ScriptedServer server;
  const Outcome outcome = send(make_curl_transport(config_for(server), 0, {}), get("/api"), bearer("a\r\nX-Evil: 1"));
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->message == "invalid header field value for \"Authorization\": it holds a control character");
  CHECK(server.requests().empty());
}

TEST_CASE("TLS trusts the configured authority and no other") {
  const test::TestAuthority authority("ours"), stranger("theirs");
  const auto https = [](const test::TestKeyPair& pair) { return ScriptedServer::Options{.tls = pair}; };

  SUBCASE("a certificate of the configured authority is accepted") {
    ScriptedServer server(https(authority.issue()));
    server.then(test::replies(200, "{}"));
    ClientConfig config = config_for(server);
    config.ca_pem = authority.certificate_pem();
    const Outcome outcome = send(make_curl_transport(config, 0, {}), get("/api"), bearer("t"));
    CHECK_FALSE(outcome.failure.has_value());
    CHECK(server.requests().at(0).header("Authorization") == "Bearer t");
  }
  SUBCASE("one of the roots that the environment names is accepted when no authority is configured") {
    ScriptedServer server(https(authority.issue()));
    server.then(test::replies(200, "{}"));
    ClientConfig config = config_for(server);
    config.roots_pem = stranger.certificate_pem() + authority.certificate_pem();
    CHECK_FALSE(send(make_curl_transport(config, 0, {}), get("/api")).failure.has_value());
    config.ca_pem = stranger.certificate_pem();
    CHECK(failure_of(config, get("/api")).kind == Broken::tls);
  }
  SUBCASE("one of another authority is not, and sees no request") {
    ScriptedServer server(https(stranger.issue()));
    ClientConfig config = config_for(server);
    config.ca_pem = authority.certificate_pem();
    const TransportFailure failure = failure_of(config, post("/api", "{}"));
    CHECK(failure.kind == Broken::tls);
    CHECK(failure.message ==
          "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown "
          "authority");
    CHECK_FALSE(failure.request_may_have_arrived);
    CHECK(server.requests().empty());
  }
  SUBCASE("unless verification is off") {
    ScriptedServer server(https(stranger.issue()));
    server.then(test::replies(200, "{}"));
    ClientConfig config = config_for(server);
    config.insecure = true;
    CHECK_FALSE(send(make_curl_transport(config, 0, {}), get("/api")).failure.has_value());
  }
  SUBCASE("an expired certificate is not accepted") {
    ScriptedServer server(https(authority.issue({.valid_from_seconds = -7200, .valid_to_seconds = -3600})));
    ClientConfig config = config_for(server);
    config.ca_pem = authority.certificate_pem();
    const TransportFailure failure = failure_of(config, get("/api"));
    CHECK(failure.kind == Broken::tls);
    CHECK(
        failure.message.starts_with("Unable to connect to the server: tls: failed to verify certificate: x509: "
                                    "certificate has expired or is not yet valid"));
  }
  SUBCASE("a certificate for another name is accepted only under tls-server-name") {
    ScriptedServer server(https(authority.issue({.alt_names = "DNS:kubernetes.default"})));
    server.otherwise(test::replies(200, "{}"));
    ClientConfig config = config_for(server);
    config.ca_pem = authority.certificate_pem();
    const TransportFailure failure = failure_of(config, get("/api"));
    CHECK(failure.kind == Broken::tls);
    CHECK(failure.message ==
          "Unable to connect to the server: tls: failed to verify certificate: x509: cannot validate certificate for "
          "127.0.0.1 because it doesn't contain any IP SANs");
    ClientConfig renamed = config;
    renamed.tls_server_name = "sales.example";
    CHECK(failure_of(renamed, get("/api")).message ==
          "Unable to connect to the server: tls: failed to verify certificate: x509: certificate is valid for "
          "kubernetes.default, not sales.example");

    config.tls_server_name = "kubernetes.default";
    CHECK_FALSE(send(make_curl_transport(config, 0, {}), get("/api")).failure.has_value());
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].header("Host") == fmt::format("127.0.0.1:{}", server.port()));
    CHECK(server.requests()[0].header_count("Host") == 1);
  }
  SUBCASE("plain HTTP on the other side is named") {
    const ScriptedServer server({.greeting = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno TLS here"});
    ClientConfig config;
    config.server = fmt::format("https://127.0.0.1:{}", server.port());
    const TransportFailure failure = failure_of(config, get("/api"));
    CHECK(failure.kind == Broken::tls);
    CHECK(failure.message == "Unable to connect to the server: http: server gave HTTP response to HTTPS client");
  }
  SUBCASE("a client certificate is presented from memory") {
    const test::TestAuthority client_authority("clients");
    ScriptedServer server({.tls = authority.issue(), .client_ca_pem = client_authority.certificate_pem()});
    server.then(test::replies(200, "{}"));
    ClientConfig config = config_for(server);
    config.ca_pem = authority.certificate_pem();
    const test::TestKeyPair pair = client_authority.issue({.common_name = "jane", .alt_names = ""});
    Credential credential;
    credential.certificate_pem = pair.certificate_pem;
    credential.key_pem = Secret(pair.key_pem);
    CHECK_FALSE(send(make_curl_transport(config, 0, {}), get("/api"), credential).failure.has_value());
    CHECK(server.requests().at(0).client_name == "jane");
  }
}

TEST_CASE("a write is not sent again behind our back when a kept connection dies under it") {
  ScriptedServer server;
  server.then(test::replies(200, "{}")).then(test::resets()).otherwise(test::replies(201, "{}"));
  const auto transport = make_curl_transport(config_for(server), 0, {});
  CHECK_FALSE(send(transport, get("/api")).failure.has_value());
  const Outcome outcome = send(transport, post("/api/v1/pods", "{}"));
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->kind == Broken::reset);
  CHECK(outcome.failure->request_may_have_arrived);
  CHECK(server.requests().size() == 2);
}

namespace {

/// A sink whose bytes a test waits for.
class StreamSink : public ResponseSink {
 public:
  void on_head(int, const Headers&) override {}
  bool on_body(std::string_view bytes) override {
    const std::scoped_lock lock(mutex_);
    body_ += bytes;
    changed_.notify_all();
    return body_.find("enough") == std::string::npos;
  }
  void on_end(const TransportFailure* failure) override {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    if (failure != nullptr) failure_ = *failure;
    changed_.notify_all();
  }
  std::string wait_for(std::string_view text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || body_.find(text) != std::string::npos; });
    return body_;
  }
  std::optional<TransportFailure> end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_; });
    return failure_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string body_;
  bool ended_ = false;
  std::optional<TransportFailure> failure_;
};

}  // namespace

TEST_CASE("a stream is delivered piece by piece and ends when it is cancelled, refused or complete") {
  ScriptedServer server;
  std::latch first_seen(1);
  server.then([&](const ReceivedRequest&, ServerConnection& connection) {
    connection.begin_chunks();
    connection.chunk("one\n");
    first_seen.wait();
    connection.chunk("two\n");
    connection.wait_for_hangup();
  });
  HttpRequest request = get("/api/v1/pods?watch=true");
  request.stream = true;
  const auto transport = make_curl_transport(config_for(server), 0, {});
  const auto sink = std::make_shared<StreamSink>();
  const std::uint64_t id = transport->start(request, {}, sink);
  CHECK(sink->wait_for("one") == "one\n");
  first_seen.count_down();
  CHECK(sink->wait_for("two") == "one\ntwo\n");
  transport->cancel(id);
  CHECK(sink->end().value().kind == Broken::cancelled);

  server.then([](const ReceivedRequest&, ServerConnection& connection) {
    connection.begin_chunks();
    connection.chunk("enough");
    connection.wait_for_hangup();
  });
  const auto refusing = std::make_shared<StreamSink>();
  transport->start(request, {}, refusing);
  CHECK(refusing->end().value().kind == Broken::cancelled);

  server.then([](const ReceivedRequest&, ServerConnection& connection) {
    connection.begin_chunks();
    connection.chunk("x");
    connection.end_chunks();
  });
  const auto whole = std::make_shared<StreamSink>();
  transport->start(request, {}, whole);
  CHECK_FALSE(whole->end().has_value());
}

TEST_CASE("destroying the transport ends what is under way") {
  ScriptedServer server;
  std::latch arrived(1);
  server.then([&](const ReceivedRequest&, ServerConnection& connection) {
    arrived.count_down();
    connection.wait_for_hangup();
  });
  const auto sink = std::make_shared<StreamSink>();
  auto transport = make_curl_transport(config_for(server), 0, {});
  transport->start(get("/api"), {}, sink);
  arrived.wait();
  transport.reset();
  CHECK(sink->end().value().kind == Broken::cancelled);
}

TEST_CASE("a waiting caller ends when it is told to stop") {
  ScriptedServer server;
  std::stop_source stop;
  server.then([&](const ReceivedRequest&, ServerConnection& connection) {
    stop.request_stop();
    connection.wait_for_hangup();
  });
  PendingExchange pending(make_curl_transport(config_for(server), 0, {}), get("/api"), {});
  CHECK_FALSE(pending.wait(stop.get_token()).has_value());
}

TEST_CASE("requests of several threads are answered each with its own response") {
  ScriptedServer server;
  server.otherwise([](const ReceivedRequest& request, ServerConnection& connection) {
    connection.reply(200, request.target, "text/plain");
  });
  const auto transport = make_curl_transport(config_for(server), 0, {});
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 16; ++i) {
    answers.push_back(std::async(
        std::launch::async, [&transport, i] { return send(transport, get(fmt::format("/{}", i))).response.body; }));
  }
  for (int i = 0; i < 16; ++i) CHECK(answers[static_cast<std::size_t>(i)].get() == fmt::format("/{}", i));
}

TEST_CASE("a proxy is used exactly as configured and sees no credential") {
  ScriptedServer proxy;
  proxy.then(test::replies(403, "no tunnel for you", "text/plain"));
  ClientConfig config;
  config.server = "https://api.example:6443";
  config.proxy = fmt::format("http://127.0.0.1:{}", proxy.port());
  const Outcome outcome = send(make_curl_transport(config, 0, {}), post("/api", "{}"), bearer("t"));
  REQUIRE(outcome.failure.has_value());
  CHECK(outcome.failure->kind == Broken::connect);
  CHECK_FALSE(outcome.failure->request_may_have_arrived);
  const ReceivedRequest request = proxy.requests().at(0);
  CHECK(request.method == "CONNECT");
  CHECK(request.target == "api.example:6443");
  CHECK(request.header_count("Authorization") == 0);
}

}  // namespace dba::kube
