// From kubeconfig, flags and environment to one connection: every override, every rule, every default.

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "kubeconfig_files.hpp"
#include "support/test_keys.hpp"

namespace dba::kube {

namespace {

using Map = platform::Environment::Map;

/// A typical configuration: two clusters with CAs, two users with certificates, contexts with namespaces.
struct Typical {
  Files files{};
  ConnectionFlags flags{};

  Typical() {
    const auto data = [](const std::string& pem) { return "'" + base64_encode(pem) + "'"; };
    flags.kubeconfig = files.write(
        "kc",
        "current-context: prod\n"
        "clusters:\n"
        "- name: prod\n"
        "  cluster: {server: 'https://prod:6443', tls-server-name: inside, certificate-authority-data: " +
            data(jane().certificate_pem) + "}\n" +
            "- name: test\n"
            "  cluster: {server: 'https://test/prefix/', insecure-skip-tls-verify: true, disable-compression: true}\n"
            "users:\n"
            "- name: jane\n"
            "  user: {client-certificate-data: " +
            data(jane().certificate_pem) + ", client-key-data: " + data(jane().key_pem) +
            "}\n"
            "- name: robot\n"
            "  user: {token: robot-token, tokenFile: token, as: admin, as-groups: [ops]}\n"
            "contexts:\n"
            "- name: prod\n"
            "  context: {cluster: prod, user: jane, namespace: sales}\n"
            "- name: test\n"
            "  context: {cluster: test, user: robot}\n");
  }
  ClientConfig config(const Map& map = {}) const { return load(flags, map); }
};

}  // namespace

TEST_CASE("any value of DISABLE_HTTP2 disables HTTP/2") {
  CHECK(Typical().config().http2);
  CHECK(Typical().config({{"DISABLE_HTTP2", ""}}).http2);
  CHECK_FALSE(Typical().config({{"DISABLE_HTTP2", "false"}}).http2);
}

TEST_CASE("SSL_CERT_FILE and SSL_CERT_DIR name the roots of a cluster without an authority") {
  const Files files;
  const std::string file = files.write("roots.pem", "# ours\n" + jane().certificate_pem + "and no more\n");
  files.write("more/any-name", jane().certificate_pem + other().certificate_pem);
  files.write("more/key.pem", jane().key_pem);
  files.write("empty/readme", "nothing here");
  const std::string directories = (files.path() / "nowhere").string() + ":" + (files.path() / "more").string();
  const std::string empty = (files.path() / "empty").string();
  const auto roots = [&](const Map& map, const std::string& of = "server: 'https://host'") {
    return load_text(files, one_context(of), {}, map).roots_pem;
  };

  CHECK(roots({}).empty());
  CHECK(roots({{"SSL_CERT_FILE", ""}, {"SSL_CERT_DIR", ""}}).empty());
  CHECK(roots({{"SSL_CERT_FILE", file}, {"SSL_CERT_DIR", empty}}) == jane().certificate_pem);
  const std::string both = roots({{"SSL_CERT_FILE", file}, {"SSL_CERT_DIR", directories}});
  CHECK(both.find(jane().certificate_pem) != std::string::npos);
  CHECK(both.find(other().certificate_pem) != std::string::npos);
  CHECK(both.find("PRIVATE") == std::string::npos);
  CHECK(both.size() == jane().certificate_pem.size() + other().certificate_pem.size());
  // Of the two variables the one that is missing stands for the system's own places.
  CHECK(roots({{"SSL_CERT_FILE", file}}).find(jane().certificate_pem) != std::string::npos);
  CHECK(roots({{"SSL_CERT_DIR", directories}}).find(other().certificate_pem) != std::string::npos);

  SUBCASE("they are not asked for where they do not matter") {
    const Map map = {{"SSL_CERT_FILE", file}};
    CHECK(roots(map, "server: 'http://host'").empty());
    CHECK(roots(map, "server: 'https://host', insecure-skip-tls-verify: true").empty());
    CHECK(Typical().config(map).roots_pem.empty());
  }
  SUBCASE("trusting nobody is refused") {
    CHECK(problems_of_text(files, one_context("server: 'https://host'"), {},
                           {{"SSL_CERT_FILE", "/nonexistent"}, {"SSL_CERT_DIR", empty}})
              .find("SSL_CERT_FILE=\"/nonexistent\" and SSL_CERT_DIR=\"" + empty +
                    "\" name no file with a PEM certificate") != std::string::npos);
  }
}

TEST_CASE("a namespace that was typed has to be one") {
  Typical typical;
  for (const char* text : {"Bad_Name", "a b", "-a", "ns/"}) {
    CAPTURE(text);
    typical.flags.ns = text;
    const std::string name = std::string_view(text) == "ns/" ? "" : text;
    CHECK(problems_of([&] { typical.config(); }).find("--namespace: \"" + name + "\": ") != std::string::npos);
  }
  typical.flags.ns = "namespaces/demo";
  CHECK(typical.config().ns == "demo");
}

TEST_CASE("the current context decides everything") {
  const ClientConfig config = Typical().config();
  CHECK(config.context == "prod");
  CHECK(config.cluster_name == "prod");
  CHECK(config.user_name == "jane");
  CHECK(config.server == "https://prod:6443");
  CHECK(config.tls_server_name == "inside");
  CHECK(config.ca_pem == jane().certificate_pem);
  CHECK_FALSE(config.insecure);
  CHECK(config.proxy.empty());
  CHECK(config.compression);
  CHECK(config.identity.certificate_pem == jane().certificate_pem);
  CHECK(config.identity.key_pem.reveal() == jane().key_pem);
  CHECK(config.identity.token.empty());
  CHECK(config.ns == "sales");
  CHECK_FALSE(config.ns_from_flag);
  CHECK(config.request_timeout.count() == 0);
  CHECK_FALSE(config.in_cluster);
  CHECK_FALSE(config.nothing_configured);
}

TEST_CASE("--context, --cluster and --user choose others") {
  Typical typical;
  SUBCASE("--context") {
    typical.flags.context = "test";
    const ClientConfig config = typical.config();
    CHECK(config.context == "test");
    CHECK(config.server == "https://test/prefix");
    CHECK(config.insecure);
    CHECK_FALSE(config.compression);
    CHECK(config.identity.token.reveal() == "robot-token");
    CHECK(config.identity.token_file == (typical.files.path() / "token").string());
    CHECK(config.impersonate.user == "admin");
    CHECK(config.impersonate.groups == std::vector<std::string>{"ops"});
    CHECK(config.ns == "default");
  }
  SUBCASE("--cluster alone keeps user and namespace") {
    typical.flags.cluster = "test";
    const ClientConfig config = typical.config();
    CHECK(config.server == "https://test/prefix");
    CHECK(config.user_name == "jane");
    CHECK(config.ns == "sales");
  }
  SUBCASE("--user alone keeps cluster and namespace") {
    typical.flags.user = "robot";
    const ClientConfig config = typical.config();
    CHECK(config.server == "https://prod:6443");
    CHECK(config.identity.token.reveal() == "robot-token");
    CHECK(config.identity.certificate_pem.empty());
  }
  SUBCASE("empty values are as good as none") {
    typical.flags.context = "";
    typical.flags.cluster = "";
    typical.flags.user = "";
    typical.flags.ns = "";
    typical.flags.server = "";
    typical.flags.token = "";
    const ClientConfig config = typical.config();
    CHECK(config.context == "prod");
    CHECK(config.server == "https://prod:6443");
    CHECK(config.tls_server_name == "inside");
    CHECK(config.ns == "sales");
    CHECK_FALSE(config.ns_from_flag);
  }
}

TEST_CASE("cluster flags over the cluster entry") {
  Typical typical;
  SUBCASE("--server alone clears the name in the certificate") {
    typical.flags.server = "https://elsewhere";
    CHECK(typical.config().server == "https://elsewhere");
    CHECK(typical.config().tls_server_name.empty());
    CHECK(typical.config().ca_pem == jane().certificate_pem);
  }
  SUBCASE("--tls-server-name replaces it") {
    typical.flags.tls_server_name = "outside";
    CHECK(typical.config().tls_server_name == "outside");
    CHECK(typical.config().server == "https://prod:6443");
  }
  SUBCASE("--insecure-skip-tls-verify clears the CA") {
    typical.flags.insecure_skip_tls_verify = true;
    CHECK(typical.config().insecure);
    CHECK(typical.config().ca_pem.empty());
  }
  SUBCASE("--certificate-authority clears CA data and insecure") {
    typical.flags.certificate_authority = typical.files.write("ca.crt", other().certificate_pem);
    CHECK(typical.config().ca_pem == other().certificate_pem);
    typical.flags.context = "test";
    CHECK(typical.config().ca_pem == other().certificate_pem);
    CHECK_FALSE(typical.config().insecure);
  }
  SUBCASE("both together contradict each other") {
    typical.flags.certificate_authority = typical.files.write("ca.crt", other().certificate_pem);
    typical.flags.insecure_skip_tls_verify = true;
    CHECK(problems_of([&] { typical.config(); }) ==
          "specifying a root certificates file with the insecure flag is not allowed");
  }
  SUBCASE("--proxy-url and --disable-compression") {
    typical.flags.proxy_url = "socks5://proxy:1080";
    typical.flags.disable_compression = true;
    CHECK(typical.config().proxy == "socks5h://proxy:1080");
    CHECK_FALSE(typical.config().compression);
  }
}

TEST_CASE("user flags over the user entry") {
  Typical typical;
  SUBCASE("--token joins a certificate") {
    typical.flags.token = "typed";
    CHECK(typical.config().identity.token.reveal() == "typed");
    CHECK(typical.config().identity.certificate_pem == jane().certificate_pem);
  }
  SUBCASE("--token wins over token and tokenFile") {
    typical.flags.context = "test";
    typical.flags.token = "typed";
    CHECK(typical.config().identity.token.reveal() == "typed");
    CHECK(typical.config().identity.token_file.empty());
  }
  SUBCASE("--username and --password") {
    typical.flags.username = "joe";
    typical.flags.password = "secret";
    CHECK(typical.config().identity.basic_user == "joe");
    CHECK(typical.config().identity.basic_password.reveal() == "secret");
    CHECK(typical.config().identity.token.empty());
  }
  SUBCASE("--client-certificate and --client-key replace data by files") {
    typical.flags.client_certificate = typical.files.write("o.crt", other().certificate_pem);
    typical.flags.client_key = typical.files.write("o.key", other().key_pem);
    CHECK(typical.config().identity.certificate_pem == other().certificate_pem);
    CHECK(typical.config().identity.key_pem.reveal() == other().key_pem);
  }
  SUBCASE("--as, --as-uid, --as-group and --as-user-extra") {
    typical.flags.context = "test";
    typical.flags.as = "boss";
    typical.flags.as_uid = "7";
    typical.flags.as_groups = {"a,b", "c"};
    typical.flags.as_user_extra = {"scope=x=y", "scope=z"};
    const Impersonation as = typical.config().impersonate;
    CHECK(as.user == "boss");
    CHECK(as.uid == "7");
    CHECK(as.groups == std::vector<std::string>{"a,b", "c"});
    CHECK(as.extra == std::vector<std::pair<std::string, std::string>>{{"scope", "x=y"}, {"scope", "z"}});
  }
  SUBCASE("--as alone keeps the file's groups") {
    typical.flags.context = "test";
    typical.flags.as = "boss";
    CHECK(typical.config().impersonate.groups == std::vector<std::string>{"ops"});
  }
}

TEST_CASE("the other connection flags") {
  Typical typical;
  typical.flags.request_timeout = "1m30s";
  typical.flags.warnings_as_errors = true;
  CHECK(typical.config().request_timeout == std::chrono::seconds(90));
  CHECK(typical.config().warnings_as_errors);
}

TEST_CASE("the namespace") {
  struct Row {
    const char* name;
    const char* flag;
    const char* context;
    const char* want;
    bool from_flag;
  };
  for (const Row& row :
       {Row{"of the flag", "demo", "prod", "demo", true}, Row{"of the context", "", "prod", "sales", false},
        Row{"is default without either", "", "test", "default", false},
        Row{"as kubectl prints it", "namespace/demo", "prod", "demo", true},
        Row{"in short", "ns/demo", "prod", "demo", true}}) {
    SUBCASE(row.name) {
      Typical typical;
      typical.flags.ns = row.flag;
      typical.flags.context = row.context;
      CHECK(typical.config().ns == row.want);
      CHECK(typical.config().ns_from_flag == row.from_flag);
    }
  }
}

TEST_CASE("names that are not there, with the one that was meant") {
  struct Row {
    const char* name;
    std::optional<std::string> ConnectionFlags::*flag;
    const char* value;
    const char* want;
  };
  for (const Row& row :
       {Row{"--context", &ConnectionFlags::context, "zz", "context was not found for specified context: zz"},
        Row{"--context, nearly", &ConnectionFlags::context, "prd",
            "context was not found for specified context: prd; did you mean \"prod\"?"},
        Row{"--cluster", &ConnectionFlags::cluster, "zz", "no server found for cluster \"zz\""},
        Row{"--user", &ConnectionFlags::user, "zz", "auth info \"zz\" does not exist"},
        Row{"--user, nearly", &ConnectionFlags::user, "jame",
            "auth info \"jame\" does not exist; did you mean \"jane\"?"}}) {
    SUBCASE(row.name) {
      Typical typical;
      typical.flags.*row.flag = row.value;
      CHECK(problems_of([&] { typical.config(); }) == row.want);
    }
  }
}

TEST_CASE("a missing context comes with the command that lists them") {
  Typical typical;
  typical.flags.context = "zz";
  try {
    typical.config();
    FAIL("there is no such context");
  } catch (const Error& error) {
    CHECK(error.info().hint == "kubectl config get-contexts --kubeconfig " + *typical.flags.kubeconfig);
  }
}

TEST_CASE("a context that leads nowhere") {
  const Files files;
  CHECK(problems_of_text(files, "current-context: zz\n") == "context was not found for specified context: zz");

  const std::string text = "contexts: [{name: k, context: {cluster: gone, user: gone}}]\ncurrent-context: k\n";
  CHECK(problems_of_text(files, text) ==
        "context \"k\" names the cluster \"gone\", which the kubeconfig does not define");
  SUBCASE("does no harm with --server, and an unknown user of a context is nobody") {
    ConnectionFlags flags;
    flags.server = "https://host";
    const ClientConfig config = load_text(files, text, flags);
    CHECK(config.server == "https://host");
    CHECK(config.identity.token.empty());
  }
  SUBCASE("nor with KUBERNETES_MASTER") {
    CHECK(load_text(files, text, {}, {{"KUBERNETES_MASTER", "https://master"}}).server == "https://master");
  }
  SUBCASE("a cluster without a server is told, too") {
    CHECK(problems_of_text(files, one_context("tls-server-name: x")) == "no server found for cluster \"c\"");
  }
  SUBCASE("a context without a cluster means the default server, as in kubectl") {
    CHECK(load_text(files, "contexts: [{name: k, context: {namespace: demo}}]\ncurrent-context: k\n").server ==
          "http://localhost:8080");
  }
}

TEST_CASE("nothing configured is localhost:8080") {
  const ClientConfig config = load({});
  CHECK(config.server == "http://localhost:8080");
  CHECK(config.nothing_configured);
  CHECK(load({}, {{"HOME", "/home/jane"}}).looked_for == std::vector<std::string>{"/home/jane/.kube/config"});
  CHECK(config.ns == "default");
  CHECK(load({}, {{"KUBERNETES_MASTER", "https://master/"}}).server == "https://master");
  CHECK_FALSE(load({}, {{"KUBERNETES_MASTER", "https://master/"}}).nothing_configured);
  ConnectionFlags flags;
  flags.server = "https://host";
  flags.ns = "demo";
  CHECK(load(flags).server == "https://host");
  CHECK(load(flags).ns == "demo");
  CHECK_FALSE(load(flags).nothing_configured);
}

TEST_CASE("the server's URL") {
  struct Row {
    const char* name;
    const char* server;
    const char* want;
  };
  for (const Row& row :
       {Row{"plain", "https://host:6443", "https://host:6443"}, Row{"one slash goes", "https://host/", "https://host"},
        Row{"a path prefix stays", "https://host/k8s/clusters/c-1/", "https://host/k8s/clusters/c-1"},
        Row{"query and fragment go", "https://host/a?x=1#b", "https://host/a"},
        Row{"IPv6", "https://[fd00::1]:6443", "https://[fd00::1]:6443"},
        Row{"the scheme in capitals", "HTTPS://host", "https://host"},
        Row{"no scheme", "host:8080", "http://host:8080"}, Row{"no scheme, no port", "host", "http://host"}}) {
    SUBCASE(row.name) {
      ConnectionFlags flags;
      flags.server = row.server;
      CHECK(load(flags).server == row.want);
    }
  }
}

TEST_CASE("a server without scheme is secure when something says so") {
  Typical typical;
  typical.flags.server = "host:6443";
  CHECK(typical.config().server == "https://host:6443");  // CA and client certificate
  ConnectionFlags flags;
  flags.server = "host:6443";
  flags.insecure_skip_tls_verify = true;
  CHECK(load(flags).server == "https://host:6443");
}

TEST_CASE("servers that cannot be") {
  struct Row {
    const char* name;
    const char* server;
    const char* want;
  };
  for (const Row& row :
       {Row{"a path without scheme", "host/path", "host must be a URL or a host:port pair: \"host/path\""},
        Row{"a port that is none", "https://host:http",
            "host must be a URL or a host:port pair: \"https://host:http\""},
        Row{"another scheme", "ftp://host", "unsupported protocol scheme \"ftp\" of server \"ftp://host\"; use https"},
        Row{"a password is not shown", "ftp://joe:secret@host/x",
            "unsupported protocol scheme \"ftp\" of server \"ftp://***@host/x\"; use https"}}) {
    SUBCASE(row.name) {
      ConnectionFlags flags;
      flags.server = row.server;
      CHECK(problems_of([&] { load(flags); }) == row.want);
    }
  }
}

TEST_CASE("no credential goes over plain http, impersonation does") {
  Typical typical;
  typical.flags.server = "http://prod:8080";
  typical.flags.token = "typed";
  typical.flags.as = "boss";
  const ClientConfig config = typical.config();
  CHECK(config.server == "http://prod:8080");
  CHECK(config.identity.token.empty());
  CHECK(config.identity.certificate_pem.empty());
  CHECK(config.identity.key_pem.empty());
  CHECK(config.ca_pem.empty());
  CHECK(config.impersonate.user == "boss");
  typical.flags.token.reset();
  for (const char* user :
       {"tokenFile: t", "username: joe, password: secret",
        "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}", "auth-provider: {name: x}"}) {
    const Files files;
    const Identity identity = load_text(files, one_context("server: 'http://host'", user)).identity;
    CHECK(identity.token_file.empty());
    CHECK(identity.basic_user.empty());
    CHECK_FALSE(identity.exec.has_value());
  }
}

TEST_CASE("which credential of one user is taken") {
  const Files files;
  const std::string server = "server: 'https://host'";
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: plugin}";
  const auto identity = [&](const std::string& user, ConnectionFlags flags = {}) {
    return load_text(files, one_context(server, user), std::move(flags)).identity;
  };
  CHECK(identity(exec).exec->command == "plugin");
  CHECK_FALSE(identity("token: t, " + exec).exec.has_value());
  CHECK_FALSE(identity("tokenFile: t, " + exec).exec.has_value());
  CHECK_FALSE(identity("username: joe, " + exec).exec.has_value());
  ConnectionFlags token;
  token.token = "typed";
  CHECK_FALSE(identity(exec, token).exec.has_value());
  ConnectionFlags certificate;
  certificate.client_certificate = files.write("crt", jane().certificate_pem);
  certificate.client_key = files.write("key", jane().key_pem);
  CHECK_FALSE(identity(exec, certificate).exec.has_value());
  CHECK(identity("tokenFile: t, username: joe").basic_user.empty());
  CHECK(identity("auth-provider: {name: gcp}", token).token.reveal() == "typed");
}

TEST_CASE("what a plugin with provideClusterInfo is told") {
  const Files files;
  const auto info = [&](const std::string& cluster, ConnectionFlags flags = {}, const std::string& more = "") {
    const std::string user =
        "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x, provideClusterInfo: true" + more + "}";
    return load_text(files, one_context(cluster, user), std::move(flags)).identity.exec->cluster_info_json;
  };
  CHECK(info("server: 'https://host:6443'") == R"({"server":"https://host:6443","config":null})");
  CHECK(info("server: 'https://host/p/?q=1'") == R"({"server":"https://host/p/","config":null})");
  const std::string ca_file = files.write("ca.crt", jane().certificate_pem);
  CHECK(
      info("server: 'https://host/', tls-server-name: t, certificate-authority: ca.crt, proxy-url: 'socks5://p', "
           "disable-compression: true, extensions: [{name: client.authentication.k8s.io/exec, extension: {b: '<&>', "
           "a: [1, 2.50, x]}}]") ==
      R"({"server":"https://host/","tls-server-name":"t","certificate-authority-data":")" +
          base64_encode(jane().certificate_pem) +
          R"(","proxy-url":"socks5://p","disable-compression":true,"config":{"a":[1,2.5,"x"],"b":"\u003c\u0026\u003e"}})");
  ConnectionFlags flags;
  flags.server = "https://typed";
  flags.insecure_skip_tls_verify = true;
  CHECK(info("server: 'https://host'", flags) ==
        R"({"server":"https://typed","insecure-skip-tls-verify":true,"config":null})");
  CHECK(load_text(files, one_context("server: 'https://host'",
                                     "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}"))
            .identity.exec->cluster_info_json.empty());
}

TEST_CASE("a proxy of the environment, unless the cluster has its own") {
  const Files files;
  const Map map{{"HTTPS_PROXY", "http://env:3128"}, {"NO_PROXY", "*"}};
  CHECK(load_text(files, one_context("server: 'https://host'"), {}, {{"HTTPS_PROXY", "http://env:3128"}}).proxy ==
        "http://env:3128");
  CHECK(load_text(files, one_context("server: 'https://host'"), {}, map).proxy.empty());
  CHECK(load_text(files, one_context("server: 'https://host', proxy-url: 'http://own:1/'"), {}, map).proxy ==
        "http://own:1");
  CHECK(load_text(files, one_context("server: 'https://127.0.0.1', proxy-url: 'http://own:1'"), {}, map).proxy ==
        "http://own:1");
  CHECK(problems_of_text(files, one_context("server: 'https://host'"), {}, {{"HTTPS_PROXY", "ftp://joe:secret@env"}}) ==
        "HTTPS_PROXY: unsupported scheme \"ftp\", must be http, https, socks5 or socks5h");
}

}  // namespace dba::kube
