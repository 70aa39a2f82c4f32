// What stands between a client and a WebSocket into a pod: refusals, credentials that ran out, networks that let none
// through, and the kubectl that gets through those.

#include <cstdlib>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"
#include "dba/kube/pod_streams.hpp"
#include "dba/platform/socket.hpp"
#include "dba/platform/wait.hpp"

#include "kubeconfig_files.hpp"
#include "kubectl_forward.hpp"
#include "support/fake_transport.hpp"
#include "support/pod_peer.hpp"

namespace dba::kube {

namespace {

using test::accepts;
using test::LocalEnd;
using test::PodPeer;
using test::ScriptedServer;
using namespace std::chrono_literals;

/// Gives out "first", and after a 401 "second".
class TwoTokens : public Credentials {
 public:
  Credential current(const std::stop_token&) override {
    Credential credential;
    credential.authorization = Secret(refreshed_ ? "Bearer second" : "Bearer first");
    return credential;
  }
  bool refresh_after_unauthorized(const Credential&) override { return !std::exchange(refreshed_, true); }

 private:
  bool refreshed_ = false;
};

/// A client whose WebSockets go to a scripted server.
struct Entrance {
  ScriptedServer server{};
  std::unique_ptr<Client> client = make_client();
  PortForward forward{*client, {.ns = "demo", .pod = "sales-0", .port = 1433}};

  std::unique_ptr<Client> make_client() const {
    ClientConfig config;
    config.server = server.url();
    ClientOptions options;
    options.credentials = std::make_shared<TwoTokens>();
    options.clock = &platform::system_clock();
    return std::make_unique<Client>(std::move(config), std::move(options));
  }
  platform::FileDescriptor connect(std::chrono::nanoseconds within = 1min, const std::stop_token& stop = {}) {
    return forward.connect(platform::system_clock().steady_now() + within, stop);
  }
  ErrorInfo failure(std::chrono::nanoseconds within = 1min) {
    try {
      connect(within);
    } catch (const Error& error) {
      return error.info();
    }
    throw std::runtime_error("it connected");
  }
};

/// The first kubectl on PATH is that shell script, for as long as this lives; its standard output is what it says.
class FakeKubectl {
 public:
  explicit FakeKubectl(std::string_view script) {
    platform::write_new_secret_file(folder() / "kubectl",
                                    fmt::format("#!/bin/sh\ncd {}\n{}\n", folder().string(), script));
    std::filesystem::permissions(folder() / "kubectl", std::filesystem::perms::owner_all);
    ::setenv("PATH", fmt::format("{}:{}", folder().string(), path_).c_str(), 1);
  }
  ~FakeKubectl() { ::setenv("PATH", path_.c_str(), 1); }
  FakeKubectl(const FakeKubectl&) = delete;
  FakeKubectl& operator=(const FakeKubectl&) = delete;
  const std::filesystem::path& folder() const { return files_.path(); }
  std::string read(const std::string& name) const { return platform::read_file(folder() / name, ExitCode::unexpected); }

 private:
  Files files_{};
  std::string path_ = std::getenv("PATH");
};

ScriptedServer::Handler answers_html(int status) {
  return test::replies(status, "<html>Bad Gateway</html>", "text/html");
}

/// The next connection to a listener, as soon as there is one.
LocalEnd accepted(const platform::Listener& listener) {
  const platform::Wakeup never;
  std::vector<platform::Interest> interests{{listener.descriptor.get(), true, false}};
  platform::wait_for(interests, never, std::nullopt);
  return LocalEnd(platform::accept_connection(listener));
}

}  // namespace

TEST_CASE("the API server's own refusals are told as its other ones are, without asking kubectl") {
  const FakeKubectl none("touch called");
  struct Row {
    int status;
    std::string reason, text;
    ExitCode code;
  };
  const Row rows[] = {
      {403, "Forbidden", "pods \"sales-0\" is forbidden: User \"jane\" cannot create resource \"pods/portforward\"",
       ExitCode::denied},
      {404, "NotFound", "pods \"sales-0\" not found", ExitCode::denied},
      {400, "BadRequest", "unable to upgrade: missing upgrade headers", ExitCode::refused},
      {500, "InternalError", "Internal error occurred: dialing backend", ExitCode::unexpected},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    Entrance entrance;
    entrance.server.then(test::replies(row.status, test::status_json(row.status, row.reason, row.text).dump()));
    const ErrorInfo info = entrance.failure();
    CHECK(info.code == row.code);
    CHECK(info.cause.find(row.text) != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(none.folder() / "called"));
}

TEST_CASE("a credential that ran out is refreshed once") {
  const auto unauthorized = test::replies(401, test::status_json(401, "Unauthorized", "Unauthorized").dump());
  Entrance entrance;
  entrance.server.then(unauthorized).then(accepts([](PodPeer& peer) {
    peer.open_port();
    peer.send(0, "in");
  }));
  CHECK(LocalEnd(entrance.connect()).read(2) == "in");
  CHECK(entrance.server.requests().at(0).header("Authorization") == "Bearer first");
  CHECK(entrance.server.requests().at(1).header("Authorization") == "Bearer second");
  entrance.server.then(unauthorized);
  CHECK(entrance.failure().code == ExitCode::denied);
  CHECK(entrance.server.requests().size() == 3);
}

TEST_CASE("no answer to the upgrade ends at the deadline, and at once when stopped") {
  Entrance entrance;
  std::stop_source stop;
  entrance.server.then(test::hangs()).then([&](const test::ReceivedRequest&, test::ServerConnection& connection) {
    stop.request_stop();
    connection.wait_for_hangup();
  });
  CHECK(entrance.failure(50ms).cause.find("no answer to the upgrade") != std::string::npos);
  CHECK_THROWS_WITH_AS(entrance.connect(1h, stop.get_token()), "interrupted", Error);
  entrance.server.then(test::resets());
  CHECK(entrance.failure().cause == "Unable to connect to the server: EOF");
}

TEST_CASE("where no WebSocket gets through, kubectl forwards with our connection and credential") {
  const platform::Listener port = platform::listen_on_loopback();
  const FakeKubectl kubectl(
      fmt::format("echo run >>runs; echo \"$*\" >arguments; cat /proc/self/fd/3 >config\n"
                  "echo Forwarding from 127.0.0.1:{} -'>' 1433; exec sleep 1000",
                  port.port));
  std::string runs;
  for (const auto& handler : {answers_html(502), answers_html(426), accepts([](PodPeer&) {}, "v1.other")}) {
    Entrance entrance;
    entrance.server.then(handler);
    for (const std::string word : {"one", "two", "three"}) {
      CAPTURE(word);
      const LocalEnd local(entrance.connect());
      const LocalEnd pod = accepted(port);
      CHECK(local.write(word));
      CHECK(pod.read(word.size()) == word);
    }
    CHECK(entrance.server.requests().size() == 1);  // A WebSocket is not tried again while kubectl forwards.
    CHECK(kubectl.read("runs") == (runs += "run\n"));
    CHECK(trim(kubectl.read("arguments")) ==
          "port-forward --kubeconfig=/proc/self/fd/3 --address 127.0.0.1 -n demo pod/sales-0 :1433");
    const Json config = Json::parse(kubectl.read("config"));
    CHECK(config.at("clusters").at(0).at("cluster").at("server") == entrance.server.url());
    CHECK(config.at("users").at(0).at("user").at("token") == "first");
  }
}

TEST_CASE("a kubectl that lost its pod makes room for the next one") {
  const platform::Listener port = platform::listen_on_loopback();
  const FakeKubectl kubectl(
      fmt::format("echo run >>runs; echo Forwarding from 127.0.0.1:{} -'>' 1433\n"
                  "echo error: lost connection to pod >&2; exec >&- 2>&-; : >ending",
                  port.port));
  Entrance entrance;
  entrance.server.otherwise(answers_html(502));
  int tries = 0;  // its end is noticed a little later than it happens
  do {
    const LocalEnd local(entrance.connect());
    accepted(port);
  } while (kubectl.read("runs") == "run\n" && ++tries < 2000);
  CHECK(kubectl.read("runs") == "run\nrun\n");
}

TEST_CASE("when kubectl cannot do it either, both reasons are told") {
  {
    const FakeKubectl kubectl("echo 'error: unable to forward port because pod is not running' >&2; exit 1");
    Entrance entrance;
    entrance.server.then(answers_html(502));
    const ErrorInfo info = entrance.failure();
    CHECK(info.code == ExitCode::unexpected);
    CHECK(info.message.ends_with("; kubectl could not forward it either"));
    CHECK(info.cause == "error: unable to forward port because pod is not running");
  }
  const FakeKubectl kubectl("");
  std::filesystem::remove(kubectl.folder() / "kubectl");
  ::setenv("PATH", kubectl.folder().c_str(), 1);
  Entrance entrance;
  entrance.server.then(answers_html(502));
  CHECK(entrance.failure().message.ends_with("; and cannot run kubectl: no such file or directory"));
}

TEST_CASE("the kubeconfig for kubectl says what we connect with, and only that") {
  ClientConfig config;
  config.server = "https://sales.example:6443/prefix";
  CHECK(Json::parse(minimal_kubeconfig(config, {})) == Json::parse(R"({
    "apiVersion": "v1", "kind": "Config",
    "clusters": [{"name": "dba", "cluster": {"server": "https://sales.example:6443/prefix"}}],
    "users": [{"name": "dba", "user": {}}],
    "contexts": [{"name": "dba", "context": {"cluster": "dba", "user": "dba"}}],
    "current-context": "dba"})"));

  config.ca_pem = "CA";
  config.insecure = true;
  config.tls_server_name = "inside.example";
  config.proxy = "http://proxy.example:3128";
  config.impersonate = {.user = "jane", .uid = "7", .groups = {"a", "b"}, .extra = {{"k", "v"}, {"k", "w"}}};
  Credential credential;
  credential.authorization = Secret("Basic " + base64_encode("joe:pass:word"));
  credential.certificate_pem = "CERT";
  credential.key_pem = Secret("KEY");
  const Json full = Json::parse(minimal_kubeconfig(config, credential));
  CHECK(full.at("clusters").at(0).at("cluster") == Json::parse(R"({
    "server": "https://sales.example:6443/prefix", "certificate-authority-data": "Q0E=",
    "insecure-skip-tls-verify": true, "tls-server-name": "inside.example", "proxy-url": "http://proxy.example:3128"})"));
  CHECK(full.at("users").at(0).at("user") == Json::parse(R"({
    "username": "joe", "password": "pass:word", "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ",
    "as": "jane", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": {"k": ["v", "w"]}})"));
}

TEST_CASE("kubectl's line tells the port, and no other line does") {
  CHECK(forwarded_port("Forwarding from 127.0.0.1:40001 -> 1433") == 40001);
  CHECK(forwarded_port("Forwarding from [::1]:40001 -> 1433") == 0);
  CHECK(forwarded_port("Handling connection for 40001") == 0);
  CHECK(forwarded_port("Forwarding from 127.0.0.1:70000 -> 1433") == 0);
  CHECK(forwarded_port("") == 0);
}

}  // namespace dba::kube
