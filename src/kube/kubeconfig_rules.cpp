#include "kubeconfig_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "proxy_rules.hpp"
#include "url_parts.hpp"

namespace dba::kube {

namespace {

/// The content of `file`; empty and a problem when it cannot be read.
/// @param what "client-cert", "client-key" or "certificate-authority"
std::string read_named(std::string_view what, const std::string& file, std::string_view owner, Problems& problems) {
  try {
    return platform::read_file(file);
  } catch (const Error& error) {
    problems.add("", fmt::format("unable to read {} {} for {} due to {}", what, file, owner, error.info().message));
    return {};
  }
}

void check_certificate(std::string_view name, UserEntry& user, Problems& problems) {
  const bool cert_file = !user.certificate_file.empty();
  const bool key_file = !user.key_file.empty();
  if (!cert_file && user.certificate_data.empty()) {
    user.key_data = Secret();  // A key without a certificate proves nothing; kubectl leaves it out, too.
    return;
  }
  if (cert_file && !user.certificate_data.empty()) {
    problems.add("", fmt::format("client-cert-data and client-cert are both specified for {}. "
                                 "client-cert-data will override.",
                                 name));
  }
  if (key_file && !user.key_data.empty()) {
    problems.add("", fmt::format("client-key-data and client-key are both specified for {}; "
                                 "client-key-data will override",
                                 name));
  }
  if (!key_file && user.key_data.empty()) {
    problems.add("", fmt::format("client-key-data or client-key must be specified for {} "
                                 "to use the clientCert authentication method.",
                                 name));
  }
  if (cert_file) user.certificate_data = read_named("client-cert", user.certificate_file, name, problems);
  if (key_file) user.key_data = Secret(read_named("client-key", user.key_file, name, problems));
}

void check_exec(std::string_view name, const UserEntry& user, Problems& problems) {
  const ExecPlugin& exec = *user.exec;
  const auto must = [&](bool holds, std::string_view what) {
    if (!holds)
      problems.add("", fmt::format("{} must be specified for {} to use exec authentication plugin", what, name));
  };
  if (user.auth_provider) {
    problems.add("", fmt::format("authProvider cannot be provided in combination with an exec plugin for {}", name));
  }
  must(!exec.command.empty(), "command");
  must(!exec.api_version.empty(), "apiVersion");
  must(std::none_of(exec.env.begin(), exec.env.end(), [](const auto& entry) { return entry.first.empty(); }),
       "env variable name");
  must(!exec.interactive_mode.empty(), "interactiveMode");
  constexpr std::array<std::string_view, 4> kModes{"", "Never", "IfAvailable", "Always"};
  if (!contains(kModes, exec.interactive_mode)) {
    problems.add("", fmt::format("invalid interactiveMode for {}: \"{}\"", name, exec.interactive_mode));
  }
}

}  // namespace

void check_user(std::string_view name, UserEntry& user, Problems& problems) {
  check_certificate(name, user, problems);
  if (user.exec) check_exec(name, user, problems);
  const bool basic = !user.username.empty() || !user.password.empty();
  if (!user.token.empty() && basic) {
    problems.add("", fmt::format("more than one authentication method found for {}; found [token basicAuth], "
                                 "only one is allowed",
                                 name));
  }
  const Impersonation& as = user.impersonate;
  if (as.user.empty() && !(as.uid.empty() && as.groups.empty() && as.extra.empty())) {
    problems.add("", fmt::format("requesting uid, groups or user-extra for {} without impersonating a user", name));
  }
}

void check_cluster(std::string_view name, ClusterEntry& cluster, Problems& problems) {
  if (!cluster.proxy_url.empty()) {
    const std::string problem = proxy_url_problem(cluster.proxy_url);
    if (!problem.empty()) {
      problems.add("", fmt::format("invalid 'proxy-url' \"{}\" for cluster \"{}\": {}",
                                   without_password(cluster.proxy_url), name, problem));
    }
  }
  if (cluster.ca_file.empty()) return;
  if (!cluster.ca_data.empty()) {
    problems.add("", fmt::format("certificate-authority-data and certificate-authority are both specified for {}. "
                                 "certificate-authority-data will override.",
                                 name));
  }
  cluster.ca_data = read_named("certificate-authority", cluster.ca_file, name, problems);
}

}  // namespace dba::kube
