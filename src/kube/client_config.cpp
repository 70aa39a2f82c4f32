// From merged kubeconfig, flags and environment to the one connection a command uses.
// @source client-go tools/clientcmd/client_config.go DirectClientConfig, rest/url_utils.go DefaultServerURL.
#include "client_config.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

#include "exec_plugin.hpp"
#include "in_cluster.hpp"
#include "key_pair.hpp"
#include "kubeconfig.hpp"
#include "kubeconfig_rules.hpp"
#include "proxy_rules.hpp"
#include "system_roots.hpp"
#include "url_parts.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kDefaultServer = "http://localhost:8080";

/// A flag that was given with something in it.
bool given(const std::optional<std::string>& flag) { return flag && !flag->empty(); }

void override_with(std::string& value, const std::optional<std::string>& flag) {
  if (given(flag)) value = *flag;
}

template <typename Entry>
std::vector<std::string> names_of(const ByName<Entry>& entries) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries) names.push_back(name);
  return names;
}

/// "; did you mean "x"?", or nothing.
template <typename Entry>
std::string suggestion(const std::string& name, const ByName<Entry>& entries) {
  const std::vector<std::string> close = close_matches(name, names_of(entries));
  return close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close.front());
}

/// Everything that leads to one ClientConfig, step by step.
class Resolver {
 public:
  Resolver(const ConnectionFlags& flags, const platform::Environment& environment, Kubeconfig kubeconfig)
      : flags_(flags), environment_(environment), kubeconfig_(std::move(kubeconfig)) {}

  ClientConfig resolve(bool in_cluster);

 private:
  bool choose_context();
  void choose_user();
  void choose_cluster();
  void override_cluster();
  void add_impersonation_extra();
  void connect();
  void set_server();
  void set_tls();
  void set_identity();
  void set_exec();
  void set_namespace();
  void set_timeout();

  /// Runs `action`; what it throws becomes one more problem.
  template <typename Action>
  void collect(Action action) {
    try {
      action();
    } catch (const Error& error) {
      problems_.add("", error.info().message);
    }
  }

  const ConnectionFlags& flags_;
  const platform::Environment& environment_;
  Kubeconfig kubeconfig_;
  ContextEntry context_{};
  UserEntry user_{};
  ClusterEntry cluster_{};
  Problems problems_{};
  ClientConfig config_{};
};

/// False when there is no such context: nothing else can be said then.
bool Resolver::choose_context() {
  config_.context = given(flags_.context) ? *flags_.context : kubeconfig_.current_context;
  if (!config_.context.empty()) {
    const auto found = kubeconfig_.contexts.find(config_.context);
    if (found == kubeconfig_.contexts.end()) {
      problems_.add("", fmt::format("context was not found for specified context: {}{}", config_.context,
                                    suggestion(config_.context, kubeconfig_.contexts)));
      return false;
    }
    context_ = found->second;
  }
  override_with(context_.cluster, flags_.cluster);
  override_with(context_.user, flags_.user);
  config_.cluster_name = context_.cluster;
  config_.user_name = context_.user;
  return true;
}

void Resolver::choose_user() {
  const auto found = kubeconfig_.users.find(context_.user);
  if (found != kubeconfig_.users.end()) {
    user_ = found->second;
  } else if (given(flags_.user)) {
    problems_.add("", fmt::format("auth info \"{}\" does not exist{}", context_.user,
                                  suggestion(context_.user, kubeconfig_.users)));
  }
  if (given(flags_.token)) {
    user_.token = Secret(*flags_.token);
    user_.token_file.clear();  // Unlike in kubectl, what was typed wins over the user's file.
  }
  override_with(user_.username, flags_.username);
  if (given(flags_.password)) user_.password = Secret(*flags_.password);
  if (given(flags_.client_certificate)) {
    user_.certificate_file = *flags_.client_certificate;
    user_.certificate_data.clear();
  }
  if (given(flags_.client_key)) {
    user_.key_file = *flags_.client_key;
    user_.key_data = Secret();
  }
  override_with(user_.impersonate.user, flags_.as);
  override_with(user_.impersonate.uid, flags_.as_uid);
  if (!flags_.as_groups.empty()) user_.impersonate.groups = flags_.as_groups;
  if (!flags_.as_user_extra.empty()) add_impersonation_extra();
}

void Resolver::add_impersonation_extra() {
  user_.impersonate.extra.clear();
  for (const std::string& pair : flags_.as_user_extra) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems_.add("--as-user-extra", fmt::format("\"{}\" is not KEY=VALUE", pair));
    } else {
      user_.impersonate.extra.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
}

/// kubectl goes to localhost:8080 when a context names a cluster that is not there; we say what is wrong instead.
void Resolver::choose_cluster() {
  const std::string master = environment_.get("KUBERNETES_MASTER");
  const auto found = kubeconfig_.clusters.find(context_.cluster);
  const bool exists = found != kubeconfig_.clusters.end();
  if (exists) cluster_ = found->second;
  const bool server_known = !cluster_.server.empty() || given(flags_.server) || !master.empty();
  if (!exists && given(flags_.cluster)) {
    problems_.add("", fmt::format("no server found for cluster \"{}\"{}", context_.cluster,
                                  suggestion(context_.cluster, kubeconfig_.clusters)));
  } else if (exists && !server_known) {
    problems_.add("", fmt::format("no server found for cluster \"{}\"", context_.cluster));
  } else if (!exists && !context_.cluster.empty() && !server_known) {
    problems_.add("",
                  fmt::format("context \"{}\" names the cluster \"{}\", which the kubeconfig does not define{}",
                              config_.context, context_.cluster, suggestion(context_.cluster, kubeconfig_.clusters)));
  }
  if (cluster_.server.empty()) cluster_.server = master.empty() ? kDefaultServer : master;
  override_cluster();
}

void Resolver::override_cluster() {
  // One of the two flags replaces all that the file says about whom to trust.
  if (flags_.insecure_skip_tls_verify || given(flags_.certificate_authority)) {
    cluster_.insecure = flags_.insecure_skip_tls_verify;
    cluster_.ca_file = flags_.certificate_authority.value_or("");
    cluster_.ca_data.clear();
  }
  // Another server has another name in its certificate, so --server alone clears the file's.
  if (given(flags_.server) || given(flags_.tls_server_name)) {
    cluster_.tls_server_name = flags_.tls_server_name.value_or("");
  }
  override_with(cluster_.server, flags_.server);
  override_with(cluster_.proxy_url, flags_.proxy_url);
  cluster_.disable_compression = cluster_.disable_compression || flags_.disable_compression;
}

void Resolver::set_server() {
  std::optional<UrlParts> url = split_url(cluster_.server);
  if (!url) {
    const bool secure = !cluster_.ca_data.empty() || !user_.certificate_data.empty() || cluster_.insecure;
    url = split_url((secure ? "https://" : "http://") + cluster_.server);
    if (url && !url->path.empty() && url->path != "/") url.reset();
  }
  if (!url) {
    problems_.add("", fmt::format("host must be a URL or a host:port pair: \"{}\"", without_password(cluster_.server)));
    return;
  }
  if (url->scheme != "https" && url->scheme != "http") {
    problems_.add("", fmt::format("unsupported protocol scheme \"{}\" of server \"{}\"; use https", url->scheme,
                                  without_password(cluster_.server)));
    return;
  }
  while (url->path.ends_with('/')) url->path.pop_back();
  config_.server = url->text();
  if (!cluster_.proxy_url.empty()) {
    config_.proxy = libcurl_proxy(cluster_.proxy_url);
  } else {
    collect([&] { config_.proxy = proxy_from_environment(config_.server, environment_); });
  }
}

void Resolver::set_tls() {
  if (cluster_.insecure && !cluster_.ca_data.empty()) {
    problems_.add("", "specifying a root certificates file with the insecure flag is not allowed");
  } else if (!cluster_.ca_data.empty() && !has_certificate(cluster_.ca_data)) {
    problems_.add("", "unable to load root certificates: unable to parse bytes as PEM block");
  }
  config_.insecure = cluster_.insecure;
  config_.ca_pem = cluster_.ca_data;
  if (config_.ca_pem.empty() && !config_.insecure)
    collect([&] { config_.roots_pem = read_system_roots(environment_); });
  config_.tls_server_name = cluster_.tls_server_name;
}

void Resolver::set_identity() {
  Identity& identity = config_.identity;
  if (!user_.certificate_data.empty() && !user_.key_data.empty()) {
    const std::string problem = key_pair_problem(user_.certificate_data, user_.key_data);
    if (!problem.empty()) {
      problems_.add("", fmt::format("failed parsing client key/certificate for {}: {}", context_.user, problem));
    }
    identity.certificate_pem = user_.certificate_data;
    identity.key_pem = user_.key_data;
  }
  const bool basic = !user_.username.empty() || !user_.password.empty();
  if (!user_.token.empty() || !user_.token_file.empty()) {
    identity.token = user_.token;
    identity.token_file = user_.token_file;
  } else if (basic) {
    identity.basic_user = user_.username;
    identity.basic_password = user_.password;
  } else if (!identity.certificate_pem.empty()) {
    return;
  } else if (user_.exec) {
    set_exec();
  } else if (user_.auth_provider) {
    problems_.add("", fmt::format("user \"{}\" uses auth-provider \"{}\", which kubectl-dba does not support; use an "
                                  "exec credential plugin (for oidc: kubectl oidc-login) instead",
                                  context_.user, *user_.auth_provider));
  }
}

void Resolver::set_exec() {
  const std::string& version = user_.exec->api_version;
  if (!version.empty() && !is_exec_api_version(version)) {
    problems_.add("", fmt::format("exec plugin: invalid apiVersion \"{}\"", version));
  }
  config_.identity.exec = user_.exec;
  if (!user_.exec->provide_cluster_info) return;
  config_.identity.exec->cluster_info_json = exec_cluster_json({.server = cluster_.server,
                                                                .tls_server_name = cluster_.tls_server_name,
                                                                .insecure = cluster_.insecure,
                                                                .ca_pem = cluster_.ca_data,
                                                                .proxy_url = cluster_.proxy_url,
                                                                .disable_compression = cluster_.disable_compression,
                                                                .config_json = cluster_.exec_config_json});
}

void Resolver::set_namespace() {
  override_with(config_.ns, context_.ns);
  config_.ns_from_flag = given(flags_.ns);
  if (!config_.ns_from_flag) return;
  config_.ns = *flags_.ns;
  // What `kubectl get ns -o name` prints may be pasted.
  for (const std::string_view prefix : {"ns/", "namespace/", "namespaces/"}) {
    if (config_.ns.starts_with(prefix)) config_.ns.erase(0, prefix.size());
  }
  if (const std::string problem = dns_label_problem(config_.ns); !problem.empty())
    problems_.add("--namespace", fmt::format("\"{}\": {}", config_.ns, problem));
}

void Resolver::set_timeout() {
  if (!given(flags_.request_timeout)) return;
  collect([&] { config_.request_timeout = parse_timeout("--request-timeout", *flags_.request_timeout); });
}

/// Checks what was chosen and turns it into a connection.
void Resolver::connect() {
  check_user(context_.user, user_, problems_);
  check_cluster(context_.cluster, cluster_, problems_);
  set_server();
  // Nothing that could tell who we are goes over a connection that anybody can read.
  if (config_.server.starts_with("https://")) {
    set_tls();
    set_identity();
  }
  config_.impersonate = user_.impersonate;
  config_.compression = !cluster_.disable_compression;
  config_.http2 = environment_.get("DISABLE_HTTP2").empty();  // @source apimachinery util/net
}

ClientConfig Resolver::resolve(bool in_cluster) {
  config_.in_cluster = in_cluster;
  config_.warnings_as_errors = flags_.warnings_as_errors;
  set_timeout();
  std::string hint;
  if (choose_context()) {
    choose_user();
    choose_cluster();
    connect();
    set_namespace();
  } else {
    hint = "kubectl config get-contexts";
    if (given(flags_.kubeconfig)) hint += " --kubeconfig " + shell_quote(*flags_.kubeconfig);
  }
  problems_.throw_if_any(problems_.lines().size() > 1 ? "error in configuration" : "", ExitCode::usage, hint);
  return std::move(config_);
}

}  // namespace

ClientConfig load_client_config_in(const ConnectionFlags& flags, const platform::Environment& environment,
                                   const std::filesystem::path& service_account) {
  Kubeconfig kubeconfig = load_kubeconfig(flags, environment);
  const bool nothing_named = kubeconfig.empty() && !given(flags.server) && !given(flags.context) &&
                             !given(flags.cluster) && !given(flags.user) &&
                             environment.get("KUBERNETES_MASTER").empty();
  std::optional<Kubeconfig> in_cluster;
  if (nothing_named) in_cluster = in_cluster_kubeconfig(environment, service_account);
  const bool found = in_cluster.has_value();
  ClientConfig config =
      Resolver(flags, environment, found ? *std::move(in_cluster) : std::move(kubeconfig)).resolve(found);
  config.nothing_configured = nothing_named && !found;
  if (config.nothing_configured) {
    config.missing_files = missing_kubeconfig_files(environment);
    for (const std::filesystem::path& file : kubeconfig_files(flags, environment)) {
      config.looked_for.push_back(file.string());
    }
  }
  if (found) config.context.clear();
  return config;
}

ClientConfig load_client_config(const ConnectionFlags& flags, const platform::Environment& environment) {
  return load_client_config_in(flags, environment, "/var/run/secrets/kubernetes.io/serviceaccount");
}

KubeconfigNames kubeconfig_names(const ConnectionFlags& flags, const platform::Environment& environment) {
  try {
    const Kubeconfig kubeconfig = load_kubeconfig(flags, environment);
    return {names_of(kubeconfig.contexts), names_of(kubeconfig.clusters), names_of(kubeconfig.users),
            kubeconfig.current_context};
  } catch (const Error&) {
    return {};
  }
}

}  // namespace dba::kube
