#include "label_syntax.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

constexpr std::size_t kLongest = 63;

/// Letters, digits, "-", "_", "."; a letter or digit at both ends.
bool is_qualified_part(std::string_view text) {
  if (text.empty() || text.size() > kLongest || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string label_key_problem(std::string_view key) {
  const std::size_t slash = key.find('/');
  const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  const bool prefix_fits = slash == std::string_view::npos || dns_subdomain_problem(key.substr(0, slash)).empty();
  if (prefix_fits && is_qualified_part(name)) return {};
  return fmt::format("\"{}\" is no key such as team or example.com/team", key);
}

std::string label_value_problem(std::string_view value) {
  if (value.empty() || is_qualified_part(value)) return {};
  return fmt::format(
      "\"{}\" is no label value: at most {} letters, digits, \"-\", \"_\" and \".\", a letter or digit at "
      "both ends",
      value, kLongest);
}

}  // namespace dba::mssql
