#pragma once
// The rows behind resources().

#include <vector>

#include "api/resource.hpp"

namespace dba::sandbox::api {

std::vector<Resource> resource_rows();

}  // namespace dba::sandbox::api
