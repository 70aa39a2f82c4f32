#include "certificate_values.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

bool is_dns_name(std::string_view value) {
  if (value.starts_with("*.")) value.remove_prefix(2);
  return dns_subdomain_problem(to_lower(value)).empty();
}

bool is_ip_address(const std::string& value) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, value.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, value.c_str(), bytes.data()) == 1;
}

bool is_printable(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_email_address(std::string_view value) {
  const std::size_t at = value.find('@');
  return at != std::string_view::npos && at > 0 && is_printable(value) && is_dns_name(value.substr(at + 1));
}

/// SCHEME:REST, the scheme as RFC 3986 3.1 has it.
bool is_uri(std::string_view value) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == value.size() || !is_letter(value.front()))
    return false;
  const std::string_view scheme = value.substr(0, colon);
  const bool fits = std::all_of(scheme.begin(), scheme.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return fits && is_printable(value);
}

}  // namespace

std::string certificate_value_problem(std::string_view field, const std::string& value) {
  if (field == "dnsNames" && !is_dns_name(value)) return fmt::format("\"{}\" is no DNS name", value);
  if (field == "ipAddresses" && !is_ip_address(value)) return fmt::format("\"{}\" is no IP address", value);
  if (field == "uris" && !is_uri(value))
    return fmt::format("\"{}\" is no URI such as spiffe://example.com/sales", value);
  if (field == "emailAddresses" && !is_email_address(value))
    return fmt::format("\"{}\" is no address such as dba@example.com", value);
  if (field == "duration" && !try_parse_duration(value))
    return fmt::format("\"{}\" is no duration such as 2160h", value);
  if (field != "secretName") return {};
  const std::string problem = dns_subdomain_problem(value);
  return problem.empty() ? "" : fmt::format("\"{}\": {}", value, problem);
}

}  // namespace dba::mssql
