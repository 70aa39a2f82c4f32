#pragma once
// The flags that say which issuer is meant and where its CA comes from: `issuer create`, `issuer check`,
// `generate issuer`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/cli/spec.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/output/streams.hpp"

namespace dba::cli {

struct IssuerOptions {
  std::string name{};
  std::string kind = "issuer";
  std::string cluster_resource_namespace{mssql::kClusterResourceNamespace};
  std::optional<std::string> secret_name{}, ca_secret{}, ca_cert{}, ca_key{}, subject{}, key_type{};
  std::optional<int> days{};
};

/// --kind and --cluster-resource-namespace.
std::vector<Flag> issuer_kind_flags(IssuerOptions& options);
/// Where the CA comes from. `options` must outlive parsing.
std::vector<Flag> issuer_ca_flags(IssuerOptions& options);

mssql::IssuerRef issuer_ref(const IssuerOptions& options);
/// Reads the CA files and checks everything that can be checked without the cluster.
/// @param io gets warnings, such as of a CA that runs out soon.
/// @throws Error (usage) with all problems at once.
mssql::IssuerRequest make_issuer_request(const IssuerOptions& options, std::string_view ns, WallTime now,
                                         output::IoStreams& io);

}  // namespace dba::cli
