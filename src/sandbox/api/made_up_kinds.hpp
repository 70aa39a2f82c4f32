#pragma once
// Kinds that are not stored: reviews, answered at once, and CustomResourceDefinitions, made from the resource table.

#include <optional>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/access.hpp"
#include "api/resource.hpp"

namespace dba::sandbox::api {

/// The answer to a review of oneself; absent when `type` is none.
std::optional<Json> answer_review(const Resource& type, const Json& review, const User& user,
                                  const Authorizer& authorizer, std::string_view now);
/// The definitions of all custom resources. @param created RFC 3339
std::vector<Json> resource_definitions(std::string_view created);

}  // namespace dba::sandbox::api
