#pragma once
// Lists, whole or in pages that all show the same moment.

#include "api/api.hpp"
#include "api/collection.hpp"

namespace dba::sandbox::api {

/// @throws StatusError 400 for selectors or tokens that cannot be read, 410 for a token older than history.
ListResult list_collection(const Collection& collection, std::string_view ns, const ListOptions& options);

}  // namespace dba::sandbox::api
