#include "kubectl_forward.hpp"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kBearer = "Bearer ", kBasic = "Basic ";

Json cluster_of(const ClientConfig& config) {
  Json cluster{{"server", config.server}};
  if (!config.ca_pem.empty()) cluster["certificate-authority-data"] = base64_encode(config.ca_pem);
  if (config.insecure) cluster["insecure-skip-tls-verify"] = true;
  if (!config.tls_server_name.empty()) cluster["tls-server-name"] = config.tls_server_name;
  if (!config.proxy.empty()) cluster["proxy-url"] = config.proxy;
  return cluster;
}

void add_authorization(Json& user, std::string_view authorization) {
  if (authorization.starts_with(kBearer)) {
    user["token"] = authorization.substr(kBearer.size());
  } else if (authorization.starts_with(kBasic)) {
    const std::string pair = base64_decode(authorization.substr(kBasic.size()));
    user["username"] = pair.substr(0, pair.find(':'));
    user["password"] = pair.substr(pair.find(':') + 1);
  }
}

Json user_of(const ClientConfig& config, const Credential& credential) {
  Json user = Json::object();
  add_authorization(user, credential.authorization.reveal());
  if (!credential.certificate_pem.empty()) {
    user["client-certificate-data"] = base64_encode(credential.certificate_pem);
    user["client-key-data"] = base64_encode(credential.key_pem.reveal());
  }
  const Impersonation& as = config.impersonate;
  if (!as.user.empty()) user["as"] = as.user;
  if (!as.uid.empty()) user["as-uid"] = as.uid;
  if (!as.groups.empty()) user["as-groups"] = as.groups;
  for (const auto& [key, value] : as.extra) user["as-user-extra"][key].push_back(value);
  return user;
}

}  // namespace

std::string minimal_kubeconfig(const ClientConfig& config, const Credential& credential) {
  const Json text{{"apiVersion", "v1"},
                  {"kind", "Config"},
                  {"clusters", Json::array({{{"name", "dba"}, {"cluster", cluster_of(config)}}})},
                  {"users", Json::array({{{"name", "dba"}, {"user", user_of(config, credential)}}})},
                  {"contexts", Json::array({{{"name", "dba"}, {"context", {{"cluster", "dba"}, {"user", "dba"}}}}})},
                  {"current-context", "dba"}};
  return text.dump();
}

std::uint16_t forwarded_port(std::string_view line) {
  constexpr std::string_view kStart = "Forwarding from 127.0.0.1:";
  std::uint16_t port = 0;
  if (line.starts_with(kStart)) std::from_chars(line.data() + kStart.size(), line.data() + line.size(), port);
  return port;
}

std::unique_ptr<KubectlForward> KubectlForward::start(const ClientConfig& config, const Credential& credential,
                                                      const PodPort& target, const NoWebSocket& why,
                                                      platform::SteadyTime deadline, const std::stop_token& stop) {
  platform::ChildRequest request;
  request.argv = {"kubectl",   "port-forward",      std::string("--kubeconfig=") + platform::kSecretFile,
                  "--address", "127.0.0.1",         "-n",
                  target.ns,   "pod/" + target.pod, fmt::format(":{}", target.port)};
  request.secret_file = minimal_kubeconfig(config, credential);
  std::unique_ptr<KubectlForward> made;
  try {
    made.reset(new KubectlForward(request));
  } catch (const Error& e) {
    throw Error(ExitCode::unexpected, fmt::format("{}; and {}", why.info().message, e.info().message),
                why.info().cause);
  }
  while (const auto line = made->child_.read_line(deadline, stop)) {
    made->port_ = forwarded_port(*line);
    if (made->port_ != 0) return made;
  }
  if (stop.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
  throw Error(ExitCode::unexpected, fmt::format("{}; kubectl could not forward it either", why.info().message),
              made->errors());
}

std::string KubectlForward::errors() const { return trim(child_.errors()); }

}  // namespace dba::kube
