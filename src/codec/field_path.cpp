#include "field_path.hpp"

#include <fmt/format.h>

namespace dba::codec {

std::string member_path(std::string_view parent, std::string_view key) {
  if (key.find('.') != std::string_view::npos) return fmt::format("{}[{}]", parent, key);
  return parent.empty() ? std::string(key) : fmt::format("{}.{}", parent, key);
}

std::string element_path(std::string_view parent, std::size_t index) { return fmt::format("{}[{}]", parent, index); }

std::string_view parent_path(std::string_view path) {
  const std::size_t cut = path.ends_with(']') ? path.rfind('[') : path.rfind('.');
  return cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
}

}  // namespace dba::codec
