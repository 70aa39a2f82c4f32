#include "issuer_flags.hpp"

#include "completers.hpp"

namespace dba::cli {

std::vector<Flag> issuer_kind_flags(IssuerOptions& options) {
  return {
      {.name = "kind",
       .value = "KIND",
       .help = "Kind of issuer",
       .into = &options.kind,
       .one_of = {"issuer", "cluster-issuer"},
       .any_spelling = true},
      {.name = "cluster-resource-namespace",
       .value = "NAMESPACE",
       .help = "Where cert-manager looks for the secret of a cluster issuer",
       .into = &options.cluster_resource_namespace,
       .complete = complete_namespaces},
  };
}

std::vector<Flag> issuer_ca_flags(IssuerOptions& options) {
  std::vector<Flag> flags = {
      {.name = "secret-name",
       .value = "NAME",
       .help = "Secret for the CA (default NAME without \"-issuer\", ending in \"-ca\")",
       .into = &options.secret_name},
      {.name = "subject",
       .value = "NAME",
       .help = "Subject of a CA that is made (default /CN=MSSQLServer/O=kubedb)",
       .into = &options.subject},
      {.name = "key-type",
       .value = "TYPE",
       .help = "Key of a CA that is made, rsa-2048 unless given",
       .into = &options.key_type,
       .one_of = {"rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p256", "ecdsa-p384"},
       .any_spelling = true},
      {.name = "days",
       .value = "COUNT",
       .help = "Days that a CA that is made is valid (default 365)",
       .into = &options.days},
      {.name = "ca-cert",
       .value = "FILE",
       .help = "Certificate of a CA you have, as PEM; needs --ca-key",
       .into = &options.ca_cert,
       .complete = complete_files},
      {.name = "ca-key",
       .value = "FILE",
       .help = "Key of a CA you have, as PEM without a passphrase; needs --ca-cert",
       .into = &options.ca_key,
       .complete = complete_files},
      {.name = "ca-secret",
       .value = "NAME",
       .help = "Secret of type kubernetes.io/tls that holds the CA already",
       .into = &options.ca_secret},
  };
  for (Flag& flag : flags) flag.group = "Certificate authority";
  return flags;
}

mssql::IssuerRef issuer_ref(const IssuerOptions& options) {
  return {.kind = options.kind == "cluster-issuer" ? "ClusterIssuer" : "Issuer", .name = options.name};
}

}  // namespace dba::cli
