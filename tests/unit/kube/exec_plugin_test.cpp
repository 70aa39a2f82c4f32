// Credential plugins as real processes: what they see, and every answer they may give.
#include "exec_plugin.hpp"

#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "kubeconfig_files.hpp"
#include "support/fake_process.hpp"
#include "support/test_keys.hpp"

namespace dba::kube {

namespace {

constexpr const char* kHelp =
    "\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.\n\nTo learn more "
    "about "
    "this feature, consult the documentation available at:\n      "
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";

/// A directory with one shell script as the plugin.
struct Plugin {
  Files files{};
  ExecPlugin exec{};

  explicit Plugin(const std::string& script) {
    exec.api_version = "client.authentication.k8s.io/v1";
    exec.interactive_mode = "Never";
    exec.command = files.write("plugin", "#!/bin/sh\n" + script);
    ::chmod(exec.command.c_str(), 0700);
  }
  ExecCredential run(const platform::Environment::Map& environment = {},
                     PluginInput input = PluginInput::no_terminal) const {
    return run_exec_plugin(exec, input, platform::Environment(environment), platform::posix_process_runner(), {});
  }
  std::string seen() const { return platform::read_file(files.path() / "seen"); }
};

/// A plugin that prints `text`.
Plugin printing(const std::string& text) { return Plugin("cat <<'END'\n" + text + "\nEND\n"); }

std::string answer_with(const std::string& status) {
  return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" + status + "}";
}

std::string in_json(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\\n" : std::string(1, c);
  return out;
}

/// What running `plugin` throws; checks that it is a matter of credentials.
ErrorInfo plugin_failure_of(const Plugin& plugin, PluginInput input = PluginInput::no_terminal) {
  try {
    plugin.run({}, input);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::denied);
    return error.info();
  }
  return {};
}

}  // namespace

TEST_CASE("a token, with and without an expiry") {
  const ExecCredential plain = printing(answer_with(R"({"token":"abc"})")).run();
  CHECK(plain.token.reveal() == "abc");
  CHECK(plain.certificate_pem.empty());
  CHECK_FALSE(plain.expires.has_value());
  const ExecCredential expiring =
      printing(answer_with(R"({"token":"abc","expirationTimestamp":"2026-01-02T03:04:05Z"})")).run();
  CHECK(expiring.expires == try_parse_rfc3339("2026-01-02T03:04:05Z"));
}

TEST_CASE("a certificate and its key, alone or with a token; YAML is as good as JSON") {
  const test::TestKeyPair pair = test::make_key_pair("jane");
  const ExecCredential json = printing(answer_with(R"({"clientCertificateData":")" + in_json(pair.certificate_pem) +
                                                   R"(","clientKeyData":")" + in_json(pair.key_pem) + "\"}"))
                                  .run();
  CHECK(json.certificate_pem == pair.certificate_pem);
  CHECK(json.key_pem.reveal() == pair.key_pem);
  CHECK(json.token.empty());
  const ExecCredential yaml =
      printing(
          "apiVersion: client.authentication.k8s.io/v1\nkind: ExecCredential\nstatus:\n"
          "  token: abc\n  clientCertificateData: \"" +
          in_json(pair.certificate_pem) + "\"\n  clientKeyData: \"" + in_json(pair.key_pem) + "\"")
          .run();
  CHECK(yaml.certificate_pem == pair.certificate_pem);
  CHECK(yaml.token.reveal() == "abc");
}

TEST_CASE("what a plugin is told, byte by byte") {
  Plugin plugin("printf '%s' \"$KUBERNETES_EXEC_INFO\" >\"${0%/*}/seen\"\n" + std::string("echo '") +
                answer_with(R"({"token":"abc"})") + "'\n");
  SUBCASE("without the cluster") {
    plugin.run();
    CHECK(plugin.seen() ==
          "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"interactive\":"
          "false}}\n");
  }
  SUBCASE("with the cluster, to a terminal") {
    plugin.exec.interactive_mode = "IfAvailable";
    plugin.exec.cluster_info_json = exec_cluster_json(
        {.server = "https://127.0.0.1:18481/", .ca_pem = "CA", .config_json = R"({"audience":"xyz"})"});
    plugin.run({}, PluginInput::terminal);
    CHECK(plugin.seen() ==
          "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"cluster\":{"
          "\"server\":\"https://127.0.0.1:18481/\",\"certificate-authority-data\":\"Q0E=\",\"config\":{\"audience\":"
          "\"xyz\"}},\"interactive\":true}}\n");
  }
}

TEST_CASE("the plugin's arguments are a vector, and its environment is ours, then its own, then the exec info") {
  Plugin plugin("printf '%s|' \"$@\" \"$A\" \"$B\" \"$C\" \"${KUBERNETES_EXEC_INFO%%:*}\" >\"${0%/*}/seen\"\n" +
                std::string("echo '") + answer_with(R"({"token":"abc"})") + "'\n");
  plugin.exec.args = {"a b", "$HOME", "", ";ls"};
  plugin.exec.env = {{"B", "own"}, {"C", "own"}, {"KUBERNETES_EXEC_INFO", "own"}};
  plugin.run({{"A", "ours"}, {"B", "ours"}, {"KUBERNETES_EXEC_INFO", "ours"}});
  CHECK(plugin.seen() == "a b|$HOME||;ls|ours|own|own|{\"kind\"|");
}

TEST_CASE("a bare command is looked up on PATH") {
  ExecPlugin exec;
  exec.api_version = "client.authentication.k8s.io/v1";
  exec.interactive_mode = "Never";
  exec.command = "echo";
  exec.args = {answer_with(R"({"token":"from-path"})")};
  CHECK(run_exec_plugin(exec, PluginInput::no_terminal, platform::Environment(), platform::posix_process_runner(), {})
            .token.reveal() == "from-path");
}

TEST_CASE("who gets standard input") {
  struct Row {
    const char* name;
    const char* mode;
    PluginInput input;
    bool inherit;
    const char* problem;
  };
  constexpr const char* kNoTerminal = "exec plugin cannot support interactive mode: standard input is not a terminal";
  constexpr const char* kTaken =
      "exec plugin cannot support interactive mode: standard input is unavailable: used by stdin resource manifest "
      "reader";
  for (const Row& row : std::vector<Row>{{"never", "Never", PluginInput::terminal, false, ""},
                                         {"never, without", "Never", PluginInput::no_terminal, false, ""},
                                         {"never, taken", "Never", PluginInput::taken, false, ""},
                                         {"if available", "IfAvailable", PluginInput::terminal, true, ""},
                                         {"if available, without", "IfAvailable", PluginInput::no_terminal, false, ""},
                                         {"if available, taken", "IfAvailable", PluginInput::taken, false, ""},
                                         {"always", "Always", PluginInput::terminal, true, ""},
                                         {"always, without", "Always", PluginInput::no_terminal, false, kNoTerminal},
                                         {"always, taken", "Always", PluginInput::taken, false, kTaken}}) {
    SUBCASE(row.name) {
      test::FakeProcessRunner processes;
      ExecPlugin exec;
      exec.api_version = "client.authentication.k8s.io/v1";
      exec.command = "plugin";
      exec.interactive_mode = row.mode;
      const auto run = [&] { run_exec_plugin(exec, row.input, platform::Environment(), processes, {}); };
      if (*row.problem != '\0') {
        try {
          run();
          FAIL("it ran");
        } catch (const Error& error) {
          CHECK(error.info().message == std::string("getting credentials: ") + row.problem);
        }
        CHECK(processes.requests().empty());
        return;
      }
      processes.expect({"plugin"}, {.out = answer_with(R"({"token":"abc"})")});
      run();
      CHECK(processes.requests().front().inherit_stdin == row.inherit);
      CHECK(processes.requests().front().inherit_stderr);
      const std::string info = processes.requests().front().environment->at("KUBERNETES_EXEC_INFO");
      CHECK(info.ends_with(row.inherit ? "\"interactive\":true}}\n" : "\"interactive\":false}}\n"));
    }
  }
}

TEST_CASE("a plugin that is not there is told with kubectl's help and the configuration's hint") {
  Plugin plugin("");
  plugin.exec.command = "no-such-plugin";
  CHECK(plugin_failure_of(plugin).message ==
        std::string("getting credentials: exec: executable no-such-plugin not found") + kHelp);
  CHECK(plugin_failure_of(plugin).cause == "no such file or directory");
  plugin.exec.install_hint = "run:\n\tinstall \x1b[31mit\x1b[0m \x7f \xc2\x9b \xe2\x80\xae ümlaut\r\n\xff";
  CHECK(plugin_failure_of(plugin).message ==
        std::string("getting credentials: exec: executable no-such-plugin not found") + kHelp +
            "\n\nrun:\n\tinstall U+001B[31mitU+001B[0m U+007F U+009B U+202E ümlaut\r\nU+00FF");
}

TEST_CASE("a plugin that cannot be started or fails") {
  struct Row {
    const char* name;
    const char* script;
    mode_t mode;
    const char* want;
    const char* cause;
  };
  for (const Row& row :
       {Row{"not executable", "#!/bin/sh\n", 0600, "executable PLUGIN not found", "permission denied"},
        Row{"no program", "text\n", 0700, "fork/exec PLUGIN: exec format error", ""},
        Row{"failed", "#!/bin/sh\necho secret; exit 3\n", 0700, "executable PLUGIN failed with exit code 3", ""},
        Row{"killed", "#!/bin/sh\nkill -9 $$\n", 0700, "executable PLUGIN failed with exit code 137", ""}}) {
    SUBCASE(row.name) {
      Plugin plugin("");
      plugin.files.write("plugin", row.script);
      ::chmod(plugin.exec.command.c_str(), row.mode);
      std::string want = std::string("getting credentials: exec: ") + row.want;
      want.replace(want.find("PLUGIN"), 6, plugin.exec.command);
      if (want.ends_with("not found")) want += kHelp;
      const ErrorInfo failure = plugin_failure_of(plugin);
      CHECK(failure.message == want);
      CHECK(failure.cause == row.cause);
    }
  }
}

TEST_CASE("every answer that cannot be used, in this order, and never a word of a secret") {
  struct Row {
    const char* name;
    std::string out;
    const char* want;
  };
  const std::string head = R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential")";
  for (const Row& row : std::vector<Row>{
           {"nothing", "", "decoding stdout: it holds no ExecCredential object"},
           {"a bare token", "secret-token", "decoding stdout: it holds no ExecCredential object"},
           {"half an object", "{\"token\": \"secret", "decoding stdout: it is neither JSON nor YAML"},
           {"no kind", R"({"status":{"token":"secret"}})", "decoding stdout: Object 'Kind' is missing"},
           {"another kind", R"({"apiVersion":"v1","kind":"Secret"})",
            "decoding stdout: no kind \"Secret\" is registered for version \"v1\""},
           {"another version", R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential"})",
            "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned version "
            "client.authentication.k8s.io/v1beta1"},
           {"a token that is a number", answer_with(R"({"token":12345})"),
            "decoding stdout: status.token: must be a string, not a number; quote it"},
           {"a bad expiry", answer_with(R"({"token":"secret","expirationTimestamp":"soon"})"),
            "decoding stdout: status.expirationTimestamp: \"soon\" is not an RFC 3339 time"},
           {"no status", head + "}", "exec plugin didn't return a status field"},
           {"an empty status", answer_with("{}"), "exec plugin didn't return a token or cert/key pair"},
           {"a certificate alone", answer_with(R"({"token":"t","clientCertificateData":"x"})"),
            "exec plugin returned only certificate or key, not both"},
           {"a key alone", answer_with(R"({"clientKeyData":"secret"})"),
            "exec plugin returned only certificate or key, not both"},
           {"no PEM", answer_with(R"({"clientCertificateData":"a","clientKeyData":"secret"})"),
            "failed parsing client key/certificate: tls: failed to find any PEM data in certificate input"},
           {"a token with a line break", answer_with(R"({"token":"secret\r\nX-Evil: 1"})"),
            "the token of the exec plugin holds a character that no HTTP header may hold"},
       }) {
    SUBCASE(row.name) {
      CHECK(plugin_failure_of(printing(row.out)).message == std::string("getting credentials: ") + row.want);
    }
  }
  const test::TestKeyPair jane = test::make_key_pair("jane");
  const test::TestKeyPair other = test::make_key_pair("other");
  CHECK(plugin_failure_of(printing(answer_with(R"({"clientCertificateData":")" + in_json(jane.certificate_pem) +
                                               R"(","clientKeyData":")" + in_json(other.key_pem) + "\"}")))
            .message ==
        "getting credentials: failed parsing client key/certificate: tls: private key does not match public key");
}

TEST_CASE("a stop ends a plugin that waits for somebody") {
  const Plugin plugin("exec sleep 600\n");
  std::stop_source stop;
  struct Stopper : platform::ProcessRunner {
    explicit Stopper(std::stop_source& source) : source_(source) {}
    platform::ProcessResult run(const platform::ProcessRequest& request, const std::stop_token& token) override {
      const std::jthread later([this] { source_.request_stop(); });
      return platform::posix_process_runner().run(request, token);
    }
    std::stop_source& source_;
  } processes(stop);
  try {
    run_exec_plugin(plugin.exec, PluginInput::no_terminal, platform::Environment(), processes, stop.get_token());
    FAIL("it gave a credential");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::interrupted);
    CHECK(error.info().message == "interrupted while running credential plugin " + plugin.exec.command);
  }
}

}  // namespace dba::kube
