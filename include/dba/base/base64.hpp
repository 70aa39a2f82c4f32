#pragma once
// Standard base64 with padding, as Secret data and kubeconfig *-data hold it.

#include <string>
#include <string_view>

namespace dba {

std::string base64_encode(std::string_view bytes);  ///< On one line, padded.
/// Line breaks are ignored. @throws Error (usage) "illegal base64 data at input byte N" (Go's words).
std::string base64_decode(std::string_view text);

}  // namespace dba
