#pragma once
// What the server offers: versions, groups and resources, in the old and the aggregated form.

#include <optional>
#include <string>
#include <vector>

#include "http/request.hpp"

namespace dba::sandbox::http {

/// The groups besides the core one, in the order of discovery, each with its versions, preferred first.
struct ApiGroup {
  std::string name{};
  std::vector<std::string> versions{};
};
std::vector<ApiGroup> api_groups();

/// /, /version, /api, /apis, /apis/GROUP, /api/v1, /apis/GROUP/VERSION. @return absent when the path is none of them.
std::optional<Answer> discover(const Request& request, const std::vector<std::string>& segments);

}  // namespace dba::sandbox::http
