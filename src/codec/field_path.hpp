#pragma once
// Field paths as the API writes them: "spec.tls.certificates[0].alias"; a key with a dot in it stands in brackets.

#include <cstddef>
#include <string>
#include <string_view>

namespace dba::codec {

std::string member_path(std::string_view parent, std::string_view key);
std::string element_path(std::string_view parent, std::size_t index);
/// "a.b[0]" → "a.b" → "a" → "".
std::string_view parent_path(std::string_view path);

}  // namespace dba::codec
