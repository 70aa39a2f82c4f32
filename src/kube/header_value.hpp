#pragma once

#include <algorithm>
#include <string_view>

namespace dba::kube {

/// Whether `text` may stand in an HTTP header: a line break in a token would start a header of its own.
inline bool fits_in_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

}  // namespace dba::kube
