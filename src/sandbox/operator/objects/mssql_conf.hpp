#pragma once
// mssql.conf as the operator writes it. @source kubedb.md 4

#include <string>
#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// The defaults, `secret_config`, and spec.configuration.inline["mssql.conf"] over both.
std::string build_mssql_conf(const Json& database, std::string_view secret_config);

/// Settings of `over` laid over those of `base`, section by section; sections and keys keep their first order.
std::string merge_ini(std::string_view base, std::string_view over);

}  // namespace dba::sandbox::kubedb
