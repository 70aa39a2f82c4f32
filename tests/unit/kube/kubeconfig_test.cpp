// Files: which ones are read, what may stand in them, how several become one.
#include "kubeconfig.hpp"

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "kubeconfig_files.hpp"

namespace dba::kube {

namespace {

/// One context `name` with a cluster and a user of the same name.
std::string kubeconfig_of(const std::string& name, const std::string& server) {
  return "clusters:\n- name: " + name + "\n  cluster: {server: '" + server + "'}\nusers:\n- name: " + name +
         "\n  user: {username: " + name + "}\ncontexts:\n- name: " + name + "\n  context: {cluster: " + name +
         ", user: " + name + "}\n";
}

std::string problems_of_text(const std::string& text) {
  const Files files;
  const std::string file = files.write("kc", text);
  std::string problems = problems_of([&] { load_kubeconfig(with_file(file), {}); });
  // The file's name is not the same in every run.
  for (std::size_t at = problems.find(file); at != std::string::npos; at = problems.find(file)) {
    problems.replace(at, file.size(), "FILE");
  }
  return problems;
}

}  // namespace

TEST_CASE("the files that count") {
  const Files files;
  const std::string a = files.write("a", "");
  using Paths = std::vector<std::filesystem::path>;
  const auto of = [](const ConnectionFlags& flags, platform::Environment::Map map) {
    return kubeconfig_files(flags, platform::Environment(std::move(map)));
  };
  CHECK(of({}, {{"HOME", "/home/jane"}}) == Paths{"/home/jane/.kube/config"});
  CHECK(of({}, {{"HOME", "/home/jane"}, {"KUBECONFIG", ""}}) == Paths{"/home/jane/.kube/config"});
  CHECK(of({}, {}) == Paths{});
  CHECK(of({}, {{"HOME", "/home/jane"}, {"KUBECONFIG", ":/x::y:/x:~/z:"}}) == Paths{"/x", "y", "~/z"});
  CHECK(of(with_file(a), {{"KUBECONFIG", "/x"}}) == Paths{a});
  CHECK(of(with_file(""), {{"KUBECONFIG", "/x"}}) == Paths{"/x"});
}

TEST_CASE("an explicit file must exist") {
  CHECK(problems_of([] { load(with_file("/nonexistent/kc")); }) == "stat /nonexistent/kc: no such file or directory");
}

TEST_CASE("of several files the first that defines a name wins the whole entry") {
  const Files files;
  const std::string first = files.write("1/kc", kubeconfig_of("sales", "https://first") + "current-context: ''\n");
  const std::string second = files.write(
      "2/kc", "clusters:\n- name: sales\n  cluster: {server: https://second, tls-server-name: second}\n" +
                  std::string("- name: orders\n  cluster: {server: https://orders}\n") + "current-context: sales\n");
  const std::string third = files.write("3/kc", "current-context: orders\n");
  const platform::Environment environment(
      platform::Environment::Map{{"KUBECONFIG", first + ":/nonexistent/kc:" + second + ":" + third}});
  const Kubeconfig merged = load_kubeconfig({}, environment);
  CHECK(merged.current_context == "sales");
  CHECK(merged.clusters.at("sales").server == "https://first");
  CHECK(merged.clusters.at("sales").tls_server_name.empty());
  CHECK(merged.clusters.at("orders").server == "https://orders");
  CHECK(merged.users.size() == 1);

  const KubeconfigNames names = kubeconfig_names({}, environment);
  CHECK(names.contexts == std::vector<std::string>{"sales"});
  CHECK(names.clusters == std::vector<std::string>{"orders", "sales"});
  CHECK(names.users == std::vector<std::string>{"sales"});
  CHECK(names.current_context == "sales");
}

TEST_CASE("names for completion are empty when a file is broken") {
  const Files files;
  const KubeconfigNames names = kubeconfig_names(with_file(files.write("kc", "a: [")), {});
  CHECK(names.contexts.empty());
  CHECK(names.current_context.empty());
}

TEST_CASE("relative paths start at the directory of their own file, and a bare command is none") {
  const Files files;
  const std::string text = R"(
clusters:
- name: c
  cluster: {certificate-authority: pki/ca.crt}
- name: absolute
  cluster: {certificate-authority: /etc/ca.crt}
users:
- name: u
  user: {client-certificate: ./u.crt, client-key: ../u.key, tokenFile: ~/token, exec: {command: bin/plugin}}
- name: bare
  user: {exec: {command: aws}}
)";
  const std::string one = files.write("one/kc", text);
  const std::string two = files.write("two/kc", "users: [{name: v, user: {tokenFile: t}}]\n");
  const Kubeconfig config =
      load_kubeconfig({}, platform::Environment(platform::Environment::Map{{"KUBECONFIG", one + ":" + two}}));
  const std::string base = files.path().string();
  CHECK(config.clusters.at("c").ca_file == base + "/one/pki/ca.crt");
  CHECK(config.clusters.at("absolute").ca_file == "/etc/ca.crt");
  CHECK(config.users.at("u").certificate_file == base + "/one/u.crt");
  CHECK(config.users.at("u").key_file == base + "/u.key");
  CHECK(config.users.at("u").token_file == base + "/one/~/token");
  CHECK(config.users.at("u").exec->command == base + "/one/bin/plugin");
  CHECK(config.users.at("bare").exec->command == "aws");
  CHECK(config.users.at("v").token_file == base + "/two/t");
}

TEST_CASE("a relative KUBECONFIG resolves paths against the current directory") {
  const Files files;
  files.write("sub/kc", "users: [{name: u, user: {tokenFile: t}}]\n");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(files.path());
  const Kubeconfig config =
      load_kubeconfig({}, platform::Environment(platform::Environment::Map{{"KUBECONFIG", "sub/kc"}}));
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(before);
  CHECK(config.users.at("u").token_file == (here / "sub/t").string());
}

TEST_CASE("every field of the schema is read") {
  const Files files;
  const std::string file = files.write("kc", R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
unknown: {anything: [1]}
clusters:
- name: c
  cluster:
    server: https://host:6443
    tls-server-name: other
    insecure-skip-tls-verify: true
    certificate-authority-data: )" + base64_encode("CA") +
                                                 R"(
    proxy-url: socks5://proxy
    disable-compression: true
    extensions:
    - {name: other, extension: {x: 1}}
    - {name: client.authentication.k8s.io/exec, extension: {b: [1, 2.5, x], a: "<&>"}}
users:
- name: u
  user:
    client-certificate-data: )" + base64_encode("CERT") +
                                                 R"(
    client-key-data: "S0V\nZ\r\n"
    token: t
    as: jane
    as-uid: "42"
    as-groups: [dba, sre]
    as-user-extra: {scope: [a, b], team: [c]}
    username: joe
    password: secret
    auth-provider: {name: oidc}
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: aws
      args: [eks, get-token]
      env: [{name: A, value: "1"}, {name: B, value: ""}]
      installHint: install it
      provideClusterInfo: true
      interactiveMode: Never
- name: beta
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}}
contexts:
- name: k
  context: {cluster: c, user: u, namespace: demo}
current-context: k
)");
  const Kubeconfig config = load_kubeconfig(with_file(file), {});
  CHECK(config.current_context == "k");
  CHECK(config.contexts.at("k").cluster == "c");
  CHECK(config.contexts.at("k").user == "u");
  CHECK(config.contexts.at("k").ns == "demo");

  const ClusterEntry& cluster = config.clusters.at("c");
  CHECK(cluster.server == "https://host:6443");
  CHECK(cluster.tls_server_name == "other");
  CHECK(cluster.insecure);
  CHECK(cluster.ca_data == "CA");
  CHECK(cluster.proxy_url == "socks5://proxy");
  CHECK(cluster.disable_compression);
  CHECK(cluster.exec_config_json == R"({"a":"<&>","b":[1,2.5,"x"]})");

  const UserEntry& user = config.users.at("u");
  CHECK(user.certificate_data == "CERT");
  CHECK(user.key_data.reveal() == "KEY");
  CHECK(user.token.reveal() == "t");
  CHECK(user.username == "joe");
  CHECK(user.password.reveal() == "secret");
  CHECK(user.auth_provider == "oidc");
  CHECK(user.impersonate.user == "jane");
  CHECK(user.impersonate.uid == "42");
  CHECK(user.impersonate.groups == std::vector<std::string>{"dba", "sre"});
  CHECK(user.impersonate.extra ==
        std::vector<std::pair<std::string, std::string>>{{"scope", "a"}, {"scope", "b"}, {"team", "c"}});
  CHECK(user.exec->api_version == "client.authentication.k8s.io/v1");
  CHECK(user.exec->command == "aws");
  CHECK(user.exec->args == std::vector<std::string>{"eks", "get-token"});
  CHECK(user.exec->env == std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", ""}});
  CHECK(user.exec->install_hint == "install it");
  CHECK(user.exec->provide_cluster_info);
  CHECK(user.exec->interactive_mode == "Never");
  CHECK(config.users.at("beta").exec->interactive_mode == "IfAvailable");
}

TEST_CASE("a JSON kubeconfig, an empty one and one of nulls are fine") {
  CHECK(problems_of_text(R"({"clusters":[{"name":"c","cluster":{"server":"https://x"}}]})").empty());
  CHECK(problems_of_text("").empty());
  CHECK(problems_of_text("# nothing\n").empty());
  CHECK(problems_of_text("clusters: null\nusers: [{name: u, user: null}]\ncontexts: []\n").empty());
}

TEST_CASE("what is wrong in a file is told with its place") {
  struct Row {
    const char* name;
    const char* text;
    const char* want;
  };
  for (const Row& row : {
           Row{"another kind", "kind: Pod\napiVersion: v1\n", "no kind \"Pod\" is registered for version \"v1\""},
           Row{"another version", "apiVersion: v2\n", "no kind \"Config\" is registered for version \"v2\""},
           Row{"a version that is a number", "apiVersion: 2\n", "apiVersion: must be a string, not a number; quote it"},
           Row{"a list", "[]\n", "must be a mapping, not a array"},
           Row{"clusters that are no list", "clusters: 3\n", "clusters: must be a list, not a number"},
           Row{"an entry that is no mapping", "clusters: [x]\n", "clusters[0]: must be a mapping, not a string"},
           Row{"a server that is a number", "clusters: [{name: a, cluster: {server: 3}}]\n",
               "clusters[0].cluster.server: must be a string, not a number; quote it"},
           Row{"a flag that is a string", "clusters: [{name: a, cluster: {insecure-skip-tls-verify: 'yes'}}]\n",
               "clusters[0].cluster.insecure-skip-tls-verify: must be true or false, not a string"},
           Row{"groups that are no strings", "users: [{name: a, user: {as-groups: [x, 3]}}]\n",
               "users[0].user.as-groups[1]: must be a string, not a number"},
           Row{"groups that are no list", "users: [{name: a, user: {as-groups: x}}]\n",
               "users[0].user.as-groups: must be a list of strings, not a string"},
           Row{"broken base64", "clusters: [{name: a, cluster: {certificate-authority-data: '!!'}}]\n",
               "clusters[0].cluster.certificate-authority-data: illegal base64 data at input byte 0"},
           Row{"a broken key, without a word of it", "users: [{name: a, user: {client-key-data: 'AAAA?'}}]\n",
               "users[0].user.client-key-data: illegal base64 data at input byte 4"},
           Row{"a name given twice", "users: [{name: x}, {name: z}, {name: x}]\n",
               "users: duplicate name \"x\" in list"},
       }) {
    SUBCASE(row.name) {
      CHECK(problems_of_text(row.text) == std::string("error loading config file \"FILE\": ") + row.want);
    }
  }
}

TEST_CASE("broken YAML is told with its line") {
  const std::string got = problems_of_text("clusters:\n- name: [\n");
  CHECK(got.starts_with("error loading config file \"FILE\": yaml: line "));
}

TEST_CASE("all problems of all files come at once") {
  const Files files;
  const std::string one = files.write("one", "clusters: 3\nusers: 4\n");
  const std::string two = files.write("two", "kind: Pod\n");
  const std::string directory = files.path().string();
  const ConnectionFlags flags;
  const platform::Environment environment(
      platform::Environment::Map{{"KUBECONFIG", one + ":" + two + ":" + directory}});
  CHECK(problems_of([&] { load_kubeconfig(flags, environment); }) ==
        "the kubeconfig cannot be read\n"
        "- error loading config file \"" +
            one +
            "\": clusters: must be a list, not a number\n"
            "- error loading config file \"" +
            one +
            "\": users: must be a list, not a number\n"
            "- error loading config file \"" +
            two +
            "\": no kind \"Pod\" is registered for version \"v1\"\n"
            "- error loading config file \"" +
            directory + "\": read " + directory + ": is a directory");
}

}  // namespace dba::kube
