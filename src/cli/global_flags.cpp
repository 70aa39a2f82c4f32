#include "dba/base/duration.hpp"
#include "dba/cli/flags.hpp"

#include "completers.hpp"

namespace dba::cli {

namespace {

/// Which cluster, as whom.
std::vector<Flag> identity_flags(kube::ConnectionFlags& to) {
  return {
      {.name = "namespace",
       .letter = 'n',
       .value = "NAMESPACE",
       .help = "Namespace to work in",
       .into = &to.ns,
       .complete = complete_namespaces},
      {.name = "context",
       .value = "NAME",
       .help = "Kubeconfig context to use",
       .into = &to.context,
       .complete = complete_contexts},
      {.name = "kubeconfig",
       .value = "FILE",
       .help = "Kubeconfig file to use instead of $KUBECONFIG and ~/.kube/config",
       .into = &to.kubeconfig,
       .complete = complete_files},
      {.name = "cluster",
       .value = "NAME",
       .help = "Kubeconfig cluster to use",
       .into = &to.cluster,
       .complete = complete_clusters},
      {.name = "user", .value = "NAME", .help = "Kubeconfig user to use", .into = &to.user, .complete = complete_users},
      {.name = "server",
       .letter = 's',
       .value = "URL",
       .help = "Address and port of the Kubernetes API server",
       .into = &to.server},
      {.name = "request-timeout",
       .value = "DURATION",
       .help = "How long one request to the API server may take: seconds or a duration like 2m, 0 = no limit",
       .into =
           [&to](const std::string&, const std::string& text) {
             parse_timeout("--request-timeout", text);
             to.request_timeout = text;
           }},
      {.name = "as", .value = "USER", .help = "User or service account to impersonate", .into = &to.as},
      {.name = "as-group", .value = "GROUP", .help = "Group to impersonate, repeatable", .into = &to.as_groups},
      {.name = "as-uid", .value = "UID", .help = "UID to impersonate", .into = &to.as_uid},
      {.name = "as-user-extra",
       .value = "KEY=VALUE",
       .help = "Extra field to impersonate, repeatable",
       .into = &to.as_user_extra},
      {.name = "token", .value = "TOKEN", .help = "Bearer token for the API server", .into = &to.token},
      {.name = "username", .value = "NAME", .help = "Name for basic authentication", .into = &to.username},
      {.name = "password", .value = "PASSWORD", .help = "Password for basic authentication", .into = &to.password},
  };
}

/// How the server is talked to.
std::vector<Flag> transport_flags(kube::ConnectionFlags& to) {
  return {
      {.name = "client-certificate",
       .value = "FILE",
       .help = "Client certificate file for TLS",
       .into = &to.client_certificate,
       .complete = complete_files},
      {.name = "client-key",
       .value = "FILE",
       .help = "Client key file for TLS",
       .into = &to.client_key,
       .complete = complete_files},
      {.name = "certificate-authority",
       .value = "FILE",
       .help = "Certificate file of the API server's authority",
       .into = &to.certificate_authority,
       .complete = complete_files},
      {.name = "tls-server-name",
       .value = "NAME",
       .help = "Name to expect in the API server's certificate",
       .into = &to.tls_server_name},
      {.name = "insecure-skip-tls-verify",
       .help = "Do not check the API server's certificate: anybody in between can read along",
       .into = &to.insecure_skip_tls_verify},
      {.name = "proxy-url",
       .value = "URL",
       .help = "Proxy for requests to the API server (http, https or socks5)",
       .into = &to.proxy_url},
      {.name = "disable-compression", .help = "Do not ask for compressed responses", .into = &to.disable_compression},
      {.name = "cache-dir",
       .value = "DIR",
       .help = "Accepted as kubectl does; nothing is cached",
       .into = &to.cache_dir,
       .complete = complete_directories},
      {.name = "warnings-as-errors", .help = "Exit with 1 when the API server warned", .into = &to.warnings_as_errors},
  };
}

}  // namespace

std::vector<Flag> global_flags(GlobalOptions& global) {
  std::vector<Flag> flags = join_flags(identity_flags(global.connection), transport_flags(global.connection));
  for (Flag& flag : flags) {
    flag.group = "Connection";
    flag.may_be_empty = true;
  }
  std::vector<Flag> talk = {
      {.name = "v",
       .letter = 'v',
       .value = "LEVEL",
       .help = "Trace on stderr: 6 requests, 7 with headers, 8 with shortened bodies, 10 with whole bodies",
       .into = &global.verbosity},
      {.name = "quiet",
       .letter = 'q',
       .help = "No progress and no notes; warnings and errors stay",
       .into = &global.quiet},
      {.name = "progress",
       .value = "MODE",
       .help = "How waiting is shown on stderr",
       .into = &global.progress,
       .one_of = {"auto", "plain", "none"}},
      {.name = "color",
       .value = "WHEN",
       .help = "When messages are coloured",
       .into = &global.color,
       .one_of = {"auto", "always", "never"}},
  };
  for (Flag& flag : talk) {
    flag.group = "Messages";
    flags.push_back(std::move(flag));
  }
  return flags;
}

}  // namespace dba::cli
