#pragma once
// Reports held against the JSON Schemas that scripts of users rely on (tests/golden/schema/). Within v1 they only grow.

#include <string>
#include <string_view>

namespace dba::test {

/// Validates `text` against tests/golden/schema/<name>.json and fails the running test with every violation.
void check_schema(std::string_view name, const std::string& text);

}  // namespace dba::test
