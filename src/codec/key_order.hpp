#pragma once
// The order in which kubectl's YAML shows the keys of a map.

#include <string_view>

namespace dba::codec {

/// Natural order: runs of digits by their value ("a2" before "a10"), signs before digits before letters.
/// @source go-yaml v2, which takes every Unicode letter for one; we take everything beyond ASCII for a letter.
bool is_before(std::string_view a, std::string_view b);

}  // namespace dba::codec
