#pragma once
// uniqueidentifier between text ("6F9619FF-8B86-D011-B42D-00C04FC964FF") and its bytes, whose first three groups are
// numbers that lie with their lowest byte first.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tds {

inline constexpr std::size_t kGuidSize = 16;

/// Upper case. @param bytes kGuidSize of them
std::string format_guid(std::string_view bytes);
/// Braces and hyphens are passed over. Absent for anything but 32 hexadecimal digits.
std::optional<std::string> parse_guid(std::string_view text);

}  // namespace dba::sandbox::sqlserver::tds
