// A pod that has nothing but its service account.
#include <doctest/doctest.h>

#include "kubeconfig_files.hpp"

namespace dba::kube {

TEST_CASE("in a pod without kubeconfig the service account is used") {
  const Files account;
  account.write("token", "pod-token\n");
  account.write("ca.crt", jane().certificate_pem);
  account.write("namespace", "demo\n");
  using Map = platform::Environment::Map;
  const Map pod{{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  const auto in_pod = [&](const ConnectionFlags& flags, const Map& map) {
    return load_client_config_in(flags, platform::Environment(map), account.path());
  };

  const ClientConfig config = in_pod({}, pod);
  CHECK(config.in_cluster);
  CHECK_FALSE(config.nothing_configured);
  CHECK(config.server == "https://10.0.0.1:443");
  CHECK(config.ca_pem == jane().certificate_pem);
  CHECK(config.identity.token_file == (account.path() / "token").string());
  CHECK(config.identity.token.empty());
  CHECK(config.ns == "demo");
  CHECK(config.context.empty());

  SUBCASE("IPv6 gets brackets, POD_NAMESPACE wins") {
    const ClientConfig six = in_pod(
        {}, {{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}, {"POD_NAMESPACE", "env"}});
    CHECK(six.server == "https://[fd00::1]:443");
    CHECK(six.ns == "env");
  }
  SUBCASE("flags override single things") {
    ConnectionFlags flags;
    flags.token = "typed";
    flags.certificate_authority = account.write("other.crt", other().certificate_pem);
    flags.as = "boss";
    flags.ns = "flag";
    const ClientConfig over = in_pod(flags, pod);
    CHECK(over.server == "https://10.0.0.1:443");
    CHECK(over.identity.token.reveal() == "typed");
    CHECK(over.identity.token_file.empty());
    CHECK(over.ca_pem == other().certificate_pem);
    CHECK(over.impersonate.user == "boss");
    CHECK(over.ns == "flag");
  }
  SUBCASE("without CA and namespace the system's roots and default are used") {
    std::filesystem::remove(account.path() / "ca.crt");
    std::filesystem::remove(account.path() / "namespace");
    CHECK(in_pod({}, pod).ca_pem.empty());
    CHECK(in_pod({}, pod).ns == "default");
  }
  SUBCASE("not when something else was said") {
    const Files files;
    ConnectionFlags server;
    server.server = "https://host";
    CHECK_FALSE(in_pod(server, pod).in_cluster);
    CHECK_FALSE(in_pod(with_file(files.write("kc", one_context("server: 'https://host'"))), pod).in_cluster);
    CHECK(in_pod(with_file(files.write("empty", "")), pod).in_cluster);
    Map master = pod;
    master["KUBERNETES_MASTER"] = "https://master";
    CHECK_FALSE(in_pod({}, master).in_cluster);
  }
  SUBCASE("nor when a part is missing") {
    CHECK_FALSE(in_pod({}, {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}).in_cluster);
    CHECK_FALSE(in_pod({}, {{"KUBERNETES_SERVICE_PORT", "443"}}).in_cluster);
    std::filesystem::remove(account.path() / "token");
    CHECK_FALSE(in_pod({}, pod).in_cluster);
    std::filesystem::create_directory(account.path() / "token");
    CHECK_FALSE(in_pod({}, pod).in_cluster);
    CHECK(in_pod({}, pod).nothing_configured);
  }
}

}  // namespace dba::kube
