#pragma once
// OpenAPI as far as kubectl needs it: to see that fieldValidation and dryRun are supported, and to explain kinds.

#include <optional>
#include <string>
#include <vector>

#include "http/request.hpp"

namespace dba::sandbox::http {

/// /openapi/v2, /openapi/v3, /openapi/v3/api/v1, /openapi/v3/apis/GROUP/VERSION. @return absent for any other path.
/// @throws StatusError 406 when only protobuf is accepted.
std::optional<Answer> open_api(const Request& request, const std::vector<std::string>& segments);

}  // namespace dba::sandbox::http
