// The schema of a kubeconfig file.
// @source client-go tools/clientcmd/api/v1; relative paths: tools/clientcmd/loader.go.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"

#include "json_fields.hpp"
#include "kubeconfig.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kExecExtension = "client.authentication.k8s.io/exec";

/// A path of the file, seen from here; `~` is an ordinary character.
std::string resolved(const std::string& path, const std::filesystem::path& directory) {
  return path.empty() ? path : (directory / path).lexically_normal().string();
}

/// One line of JSON with sorted keys, as it becomes in Go on its way through a map.
std::string sorted_json(const Json& value) { return nlohmann::json::parse(codec::compact_json(value)).dump(); }

ClusterEntry parse_cluster(const JsonFields& fields, const std::filesystem::path& directory) {
  ClusterEntry cluster;
  cluster.server = fields.text("server");
  cluster.tls_server_name = fields.text("tls-server-name");
  cluster.ca_file = resolved(fields.text("certificate-authority"), directory);
  cluster.ca_data = fields.base64("certificate-authority-data");
  cluster.proxy_url = fields.text("proxy-url");
  cluster.insecure = fields.flag("insecure-skip-tls-verify");
  cluster.disable_compression = fields.flag("disable-compression");
  fields.each("extensions", [&](const JsonFields& extension) {
    const Json* value = extension.find("extension");
    if (extension.text("name") == kExecExtension && value != nullptr) cluster.exec_config_json = sorted_json(*value);
  });
  return cluster;
}

ExecPlugin parse_exec(const JsonFields& fields, const std::filesystem::path& directory) {
  ExecPlugin exec;
  exec.api_version = fields.text("apiVersion");
  exec.command = fields.text("command");
  // A bare name is looked up on PATH; anything with a separator is a path of the file.
  if (exec.command.find('/') != std::string::npos) exec.command = resolved(exec.command, directory);
  exec.args = fields.texts("args");
  fields.each("env", [&](const JsonFields& entry) { exec.env.emplace_back(entry.text("name"), entry.text("value")); });
  exec.install_hint = fields.text("installHint");
  exec.provide_cluster_info = fields.flag("provideClusterInfo");
  exec.interactive_mode = fields.text("interactiveMode");
  if (exec.interactive_mode.empty() && exec.api_version == "client.authentication.k8s.io/v1beta1") {
    exec.interactive_mode = "IfAvailable";
  }
  return exec;
}

Impersonation parse_impersonation(const JsonFields& fields) {
  Impersonation impersonate;
  impersonate.user = fields.text("as");
  impersonate.uid = fields.text("as-uid");
  impersonate.groups = fields.texts("as-groups");
  const JsonFields extra = fields.fields("as-user-extra");
  extra.each_key([&](const std::string& key) {
    for (const std::string& value : extra.texts(key)) impersonate.extra.emplace_back(key, value);
  });
  return impersonate;
}

UserEntry parse_user(const JsonFields& fields, const std::filesystem::path& directory) {
  UserEntry user;
  user.certificate_file = resolved(fields.text("client-certificate"), directory);
  user.certificate_data = fields.base64("client-certificate-data");
  user.key_file = resolved(fields.text("client-key"), directory);
  user.key_data = Secret(fields.base64("client-key-data"));
  user.token = Secret(fields.text("token"));
  user.token_file = resolved(fields.text("tokenFile"), directory);
  user.username = fields.text("username");
  user.password = Secret(fields.text("password"));
  user.impersonate = parse_impersonation(fields);
  const JsonFields provider = fields.fields("auth-provider");
  if (provider.present()) user.auth_provider = provider.text("name");
  const JsonFields exec = fields.fields("exec");
  if (exec.present()) user.exec = parse_exec(exec, directory);
  return user;
}

/// The entries of `clusters`, `users` or `contexts`: a list of {name, <inner>}.
template <typename Entry, typename Parse>
ByName<Entry> parse_entries(const JsonFields& root, std::string_view list, std::string_view inner, Parse parse) {
  ByName<Entry> entries;
  root.each(list, [&](const JsonFields& item) {
    const std::string name = item.text("name");
    if (!entries.emplace(name, parse(item.fields(inner))).second) {
      root.add_problem(list, fmt::format("duplicate name \"{}\" in list", name));
    }
  });
  return entries;
}

/// Absent apiVersion and kind mean v1 and Config.
void check_kind(const JsonFields& root, Problems& problems) {
  const std::string version = root.text("apiVersion");
  const std::string kind = root.text("kind");
  if ((version.empty() || version == "v1") && (kind.empty() || kind == "Config")) return;
  problems.add("", fmt::format("no kind \"{}\" is registered for version \"{}\"", kind.empty() ? "Config" : kind,
                               version.empty() ? "v1" : version));
}

/// The reader's words without the beginning that the caller says in its own way.
std::string reader_problem(std::string_view message, std::string_view source) {
  for (const std::string& prefix :
       {fmt::format("error parsing {}: ", source), std::string("error converting YAML to JSON: ")}) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  return std::string(message);
}

}  // namespace

Kubeconfig parse_kubeconfig(std::string_view text, const std::filesystem::path& directory, Problems& problems) {
  constexpr std::string_view kSource = "kubeconfig";
  Kubeconfig config;
  try {
    const std::vector<codec::Document> documents = codec::parse_documents(text, kSource);
    if (documents.empty()) return config;
    const JsonFields root(&documents.front().value(), "", problems);
    check_kind(root, problems);
    config.current_context = root.text("current-context");
    config.clusters = parse_entries<ClusterEntry>(
        root, "clusters", "cluster", [&](const JsonFields& fields) { return parse_cluster(fields, directory); });
    config.users = parse_entries<UserEntry>(root, "users", "user",
                                            [&](const JsonFields& fields) { return parse_user(fields, directory); });
    config.contexts = parse_entries<ContextEntry>(root, "contexts", "context", [](const JsonFields& fields) {
      return ContextEntry{fields.text("cluster"), fields.text("user"), fields.text("namespace")};
    });
  } catch (const Error& error) {
    problems.add("", reader_problem(error.info().message, kSource));
  }
  return config;
}

}  // namespace dba::kube
