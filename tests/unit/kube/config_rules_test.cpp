// What is refused in a configuration, each rule with its words.
#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "kubeconfig_files.hpp"

namespace dba::kube {

TEST_CASE("every rule of a cluster and a user, in kubectl's words") {
  struct Row {
    const char* name;
    std::string cluster;
    std::string user;
    std::string want;
  };
  const Files files;
  const std::string base = files.path().string();
  const std::string ca = base64_encode(jane().certificate_pem);
  const std::string key = base64_encode(jane().key_pem);
  const std::string wrong_key = base64_encode(other().key_pem);
  files.write("ca.crt", jane().certificate_pem);
  files.write("u.crt", jane().certificate_pem);
  files.write("u.key", jane().key_pem);
  files.write("garbage", "no PEM at all");
  const std::string ok = "server: 'https://host'";
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never";
  const std::vector<Row> rows{
      {"a proxy-url of another scheme", ok + ", proxy-url: 'ftp://p'", "",
       "invalid 'proxy-url' \"ftp://p\" for cluster \"c\": unsupported scheme \"ftp\", must be http, https, or socks5"},
      {"a proxy-url without scheme", ok + ", proxy-url: proxy", "",
       "invalid 'proxy-url' \"proxy\" for cluster \"c\": unsupported scheme \"\", must be http, https, or socks5"},
      {"a proxy-url with a password", ok + ", proxy-url: 'ftp://joe:secret@p'", "",
       "invalid 'proxy-url' \"ftp://***@p\" for cluster \"c\": unsupported scheme \"ftp\", must be http, https, or "
       "socks5"},
      {"a proxy-url without host", ok + ", proxy-url: 'http://'", "",
       "invalid 'proxy-url' \"http://\" for cluster \"c\": it has no host, or its port is no number"},
      {"CA data and file", ok + ", certificate-authority: ca.crt, certificate-authority-data: " + ca, "",
       "certificate-authority-data and certificate-authority are both specified for c. certificate-authority-data will "
       "override."},
      {"a CA file that is not there", ok + ", certificate-authority: nofile", "",
       "unable to read certificate-authority " + base + "/nofile for c due to open " + base +
           "/nofile: no such file or directory"},
      {"a CA that is none", ok + ", certificate-authority: garbage", "",
       "unable to load root certificates: unable to parse bytes as PEM block"},
      {"CA and insecure", ok + ", insecure-skip-tls-verify: true, certificate-authority: ca.crt", "",
       "specifying a root certificates file with the insecure flag is not allowed"},
      {"certificate data and file", ok, "client-certificate: u.crt, client-key: u.key, client-certificate-data: " + ca,
       "client-cert-data and client-cert are both specified for u. client-cert-data will override."},
      {"key data and file", ok, "client-certificate: u.crt, client-key: u.key, client-key-data: " + key,
       "client-key-data and client-key are both specified for u; client-key-data will override"},
      {"a certificate without key", ok, "client-certificate-data: " + ca,
       "client-key-data or client-key must be specified for u to use the clientCert authentication method."},
      {"a certificate file that is not there", ok, "client-certificate: nofile, client-key: u.key",
       "unable to read client-cert " + base + "/nofile for u due to open " + base +
           "/nofile: no such file or directory"},
      {"a key file that is not there", ok, "client-certificate: u.crt, client-key: nofile",
       "unable to read client-key " + base + "/nofile for u due to open " + base +
           "/nofile: no such file or directory"},
      {"a key of another certificate", ok, "client-certificate: u.crt, client-key-data: " + wrong_key,
       "failed parsing client key/certificate for u: tls: private key does not match public key"},
      {"a certificate that is none", ok, "client-certificate: garbage, client-key: u.key",
       "failed parsing client key/certificate for u: tls: failed to find any PEM data in certificate input"},
      {"a key that is none", ok, "client-certificate: u.crt, client-key: garbage",
       "failed parsing client key/certificate for u: tls: failed to find any PEM data in key input"},
      {"token and password", ok, "token: t, username: joe",
       "more than one authentication method found for u; found [token basicAuth], only one is allowed"},
      {"a uid without a user", ok, "as-uid: x",
       "requesting uid, groups or user-extra for u without impersonating a user"},
      {"groups without a user", ok, "as-groups: [x]",
       "requesting uid, groups or user-extra for u without impersonating a user"},
      {"extra without a user", ok, "as-user-extra: {k: [v]}",
       "requesting uid, groups or user-extra for u without impersonating a user"},
      {"exec and auth-provider", ok, exec + "}, auth-provider: {name: x}",
       "authProvider cannot be provided in combination with an exec plugin for u"},
      {"exec of another version", ok,
       "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x, interactiveMode: Never}",
       "exec plugin: invalid apiVersion \"client.authentication.k8s.io/v1alpha1\""},
      {"exec without anything", ok, "exec: {}",
       "error in configuration\n- command must be specified for u to use exec authentication plugin\n- apiVersion must "
       "be specified for u to use exec authentication plugin\n- interactiveMode must be specified for u to use exec "
       "authentication plugin"},
      {"exec v1 without interactiveMode", ok, "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}",
       "interactiveMode must be specified for u to use exec authentication plugin"},
      {"exec with another interactiveMode", ok,
       "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Maybe}",
       "invalid interactiveMode for u: \"Maybe\""},
      {"exec with a variable without name", ok, exec + ", env: [{value: x}]}",
       "env variable name must be specified for u to use exec authentication plugin"},
      {"auth-provider", ok, "auth-provider: {name: oidc}",
       "user \"u\" uses auth-provider \"oidc\", which kubectl-dba does not support; use an exec credential plugin (for "
       "oidc: kubectl oidc-login) instead"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(problems_of_text(files, one_context(row.cluster, row.user)) == row.want); }
  }
}

TEST_CASE("what is odd but allowed") {
  const Files files;
  files.write("bundle",
              "text\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + jane().certificate_pem);
  CHECK(problems_of_text(files, one_context("server: 'https://host', certificate-authority: bundle")).empty());
  const std::string ok = "server: 'https://host'";
  CHECK(problems_of_text(files, one_context(ok, "client-key: nofile")).empty());
  CHECK(problems_of_text(files, one_context(ok, "as: a, as-uid: x, as-groups: [g]")).empty());
  CHECK(problems_of_text(files, one_context(ok, "tokenFile: nofile")).empty());
}

TEST_CASE("flags that cannot be, together with everything else") {
  const Files files;
  ConnectionFlags flags;
  flags.as_user_extra = {"nothing", "=x"};
  flags.as = "jane";
  flags.user = "zz";
  CHECK(problems_of_text(
            files, one_context("server: 'https://host', certificate-authority: nofile, proxy-url: 'ftp://x'"), flags) ==
        "error in configuration\n"
        "- auth info \"zz\" does not exist\n"
        "- --as-user-extra: \"nothing\" is not KEY=VALUE\n"
        "- --as-user-extra: \"=x\" is not KEY=VALUE\n"
        "- invalid 'proxy-url' \"ftp://x\" for cluster \"c\": unsupported scheme \"ftp\", must be http, https, or "
        "socks5\n"
        "- unable to read certificate-authority " +
            files.path().string() + "/nofile for c due to open " + files.path().string() +
            "/nofile: no such file or directory");
  ConnectionFlags timeout;
  timeout.request_timeout = "abc";
  CHECK(problems_of_text(files, one_context("server: 'https://host'"), timeout).starts_with("--request-timeout: "));
}

}  // namespace dba::kube
