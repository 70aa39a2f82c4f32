#pragma once
// Which pods the Services of a database send clients to, by their EndpointSlices.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

/// One ready address of a Service.
struct Endpoint {
  std::string service{};  ///< "primary" or "secondary"
  std::string pod{}, uid{};
};

/// The ready endpoints of the two Services of database `name` in namespace `ns`; slices of other Services are ignored.
std::vector<Endpoint> ready_endpoints(const std::vector<Json>& slices, std::string_view ns, std::string_view name);

}  // namespace dba::mssql
