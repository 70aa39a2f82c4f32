#pragma once
// Query parameters and DeleteOptions as the options of the Api.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "http/request.hpp"

namespace dba::sandbox::http {

/// @param kind of the options in refusals: CreateOptions, UpdateOptions, PatchOptions.
/// @param warnings where texts for Warning headers go
/// @throws StatusError 422 naming the parameter
api::WriteOptions write_options(const Request& request, std::string_view kind, std::vector<std::string>& warnings);
/// From the body, or from the query where the body does not say.
api::DeleteOptions delete_options(const Request& request);
/// The same from a DeleteOptions object, as it stands in an Eviction too.
api::DeleteOptions delete_options(const Json& body);
api::Selectors selectors(const Request& request);
/// A parameter that is a whole number; absent when it is empty or not there. @throws StatusError 400
std::optional<std::int64_t> number_parameter(const Request& request, std::string_view name);
/// What a list asks of its version: it always gets the newest state, but is told when it asks for nonsense.
/// @throws StatusError 400, 422, or 504 for a version that is still to come
void check_list_version(const Request& request, std::uint64_t newest);
/// The same of what a read of one object asks.
void check_version(const Request& request, std::uint64_t newest);
/// labelSelector, fieldSelector, limit, continue. @throws StatusError 400
api::ListOptions list_options(const Request& request);

}  // namespace dba::sandbox::http
