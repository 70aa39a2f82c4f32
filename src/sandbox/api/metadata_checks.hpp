#pragma once
// What the API server asks of the metadata of every object.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/resource.hpp"
#include "api/status_error.hpp"

namespace dba::sandbox::api {

/// What is wrong with it, in the API server's words; empty = fine.
std::string dns_subdomain_fault(std::string_view name);
std::string dns_label_fault(std::string_view name);
std::string config_key_fault(std::string_view key);

/// At creation and at every update.
std::vector<Cause> check_metadata(const Resource& type, const Json& object);
/// What must not change.
std::vector<Cause> check_metadata_update(const Json& old, const Json& object);

}  // namespace dba::sandbox::api
