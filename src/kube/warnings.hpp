#pragma once
// Warning headers of API responses.

#include <string>
#include <string_view>
#include <vector>

namespace dba::kube {

/// The texts of one Warning header's entries with code 299; a malformed entry ends the header.
/// Grammar: `code SP agent SP "text" [SP "date"] *("," …)`, backslash escapes inside quotes.
/// @source apimachinery pkg/util/net ParseWarningHeaders; client-go prints code 299 only.
std::vector<std::string> parse_warning_header(std::string_view value);

}  // namespace dba::kube
