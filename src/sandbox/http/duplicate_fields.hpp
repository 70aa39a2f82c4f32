#pragma once
// Fields that a JSON text names twice: parsed into a tree they would be gone.

#include <string>
#include <string_view>
#include <vector>

namespace dba::sandbox::http {

/// "spec.replicas", "spec.containers[0].name" … in the order in which their second mention comes.
/// @param text well-formed JSON; anything else gives what was found up to the fault.
std::vector<std::string> duplicate_fields(std::string_view text);

}  // namespace dba::sandbox::http
