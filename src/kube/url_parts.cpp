#include "url_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::kube {

namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Splits "host", "host:port", "[::1]" or "[::1]:port". False when it is none of these.
bool split_host_port(std::string_view text, UrlParts& parts) {
  std::size_t colon = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    parts.host = text.substr(1, bracket - 1);
    colon = bracket + 1 == text.size() ? std::string_view::npos : bracket + 1;
    if (colon != std::string_view::npos && text[colon] != ':') return false;
  } else {
    parts.host = text.substr(0, colon);
  }
  if (colon != std::string_view::npos) parts.port = text.substr(colon + 1);
  return !parts.host.empty() && all_digits(parts.port) && parts.port.size() <= 5;
}

}  // namespace

std::optional<UrlParts> split_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  UrlParts parts;
  parts.scheme = to_lower(url.substr(0, scheme_end));
  std::string_view rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) parts.path = rest.substr(slash);
  std::string_view authority = rest.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parts.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  if (!split_host_port(authority, parts)) return std::nullopt;
  return parts;
}

std::string without_password(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t begin = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const std::size_t at = url.substr(0, url.find_first_of("/?#", begin)).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(url);
  return fmt::format("{}***{}", url.substr(0, begin), url.substr(at));
}

std::string UrlParts::text() const {
  return fmt::format("{}://{}{}{}{}{}{}", scheme, user_info, user_info.empty() ? "" : "@",
                     host.find(':') == std::string::npos ? host : "[" + host + "]", port.empty() ? "" : ":", port,
                     path);
}

std::string UrlParts::port_or_default() const {
  if (!port.empty()) return port;
  if (scheme == "http") return "80";
  return scheme == "https" ? "443" : "1080";
}

}  // namespace dba::kube
