#pragma once
// Flag values that only the spec builder reads; the others are in database_spec.hpp.

#include <string>
#include <string_view>

namespace dba::mssql {

struct KeyValue {
  std::string key{}, value{};
};
/// Split at the first "=". @throws Error (usage) naming `flag`.
KeyValue parse_key_value(std::string_view flag, std::string_view text);

/// The alias of a certificate, in any case; "server", "client", "endpoint". @throws Error (usage) naming "alias"
std::string parse_certificate_alias(std::string_view text);
std::string parse_dag_role(std::string_view text);       ///< "Primary", "Secondary"
std::string parse_access_mode(std::string_view text);    ///< "ReadWriteOnce" (rwo) …
std::string parse_service_alias(std::string_view text);  ///< "primary", "secondary", "stats"
std::string parse_service_type(std::string_view text);   ///< "ClusterIP", "NodePort", "LoadBalancer"

}  // namespace dba::mssql
