#pragma once
// The Certificates that cert-manager is asked for. @source kubedb.md 5

#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// One for each of certificate_aliases(), named like its Secret's default "X-<alias>-cert".
std::vector<Json> build_certificates(const Json& database);

}  // namespace dba::sandbox::kubedb
