// @source golang.org/x/net/http/httpproxy: precedence of the variables, grammar of NO_PROXY, loopback exemption.
#include "proxy_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/kube/config.hpp"

#include "url_parts.hpp"

namespace dba::kube {

namespace {

/// 4 or 16 bytes; an IPv4 address inside IPv6 (::ffff:10.0.0.1) is the IPv4 address.
using IpAddress = std::vector<std::uint8_t>;

std::optional<IpAddress> parse_ip(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return IpAddress(bytes.begin(), bytes.begin() + 4);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return IpAddress(bytes.begin() + 12, bytes.end());
  return IpAddress(bytes.begin(), bytes.end());
}

bool is_loopback(const IpAddress& ip) {
  if (ip.size() == 4) return ip[0] == 127;
  IpAddress loopback(16, 0);
  loopback.back() = 1;
  return ip == loopback;
}

bool same_network(const IpAddress& a, const IpAddress& b, unsigned prefix_bits) {
  if (a.size() != b.size()) return false;
  for (unsigned bit = 0; bit < prefix_bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) return false;
  }
  return true;
}

/// "10.0.0.0/8": network and number of bits; absent when it is not one.
struct Network {
  IpAddress address{};
  unsigned prefix_bits = 0;
};

std::optional<Network> parse_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  const std::string bits = text.substr(slash + 1);
  if (!address || bits.empty() || bits.size() > 3 || bits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const auto count = static_cast<unsigned>(std::stoul(bits));
  if (count > address->size() * 8) return std::nullopt;
  return Network{*address, count};
}

/// What a request goes to; lower case.
struct Target {
  std::string host{}, port{};
  std::optional<IpAddress> ip{};
};

struct HostPort {
  std::string host{}, port{};
};

/// "host", "host:port", "[::1]:port"; an IPv6 address without brackets has no port.
HostPort split_entry(const std::string& entry) {
  if (entry.starts_with('[')) {
    const std::size_t bracket = entry.find(']');
    if (bracket == std::string::npos) return {};
    const bool has_port = bracket + 1 < entry.size() && entry[bracket + 1] == ':';
    return {entry.substr(1, bracket - 1), has_port ? entry.substr(bracket + 2) : ""};
  }
  const std::size_t colon = entry.find(':');
  if (colon == std::string::npos || entry.find(':', colon + 1) != std::string::npos) return {entry, ""};
  return {entry.substr(0, colon), entry.substr(colon + 1)};
}

/// `domain` (without a star) against a host name: "example.com" also means its subdomains, ".example.com" only these.
bool domain_matches(const std::string& domain, const std::string& host) {
  if (domain.starts_with('.')) return host.ends_with(domain);
  return host == domain || host.ends_with("." + domain);
}

/// One entry of NO_PROXY, trimmed and in lower case.
bool exempts(const std::string& entry, const Target& target) {
  if (entry == "*") return true;
  if (const std::optional<Network> network = parse_network(entry)) {
    return target.ip && same_network(network->address, *target.ip, network->prefix_bits);
  }
  HostPort named = split_entry(entry);
  if (named.host.empty() || (!named.port.empty() && named.port != target.port)) return false;
  if (const std::optional<IpAddress> ip = parse_ip(named.host)) return target.ip && *ip == *target.ip;
  if (named.host.starts_with("*.")) named.host.erase(0, 1);
  return !target.ip && domain_matches(named.host, target.host);
}

bool needs_no_proxy(const Target& target, const std::string& no_proxy) {
  if (target.host == "localhost" || (target.ip && is_loopback(*target.ip))) return true;
  for (const std::string& entry : split(no_proxy, ',')) {
    const std::string clean = to_lower(trim(entry));
    if (!clean.empty() && exempts(clean, target)) return true;
  }
  return false;
}

/// The first of two variables that is not empty, with its name.
struct Variable {
  std::string name{}, value{};
};

Variable first_set(const platform::Environment& environment, const std::string& upper) {
  const std::string lower = to_lower(upper);
  const std::string value = environment.get(upper);
  return value.empty() ? Variable{lower, environment.get(lower)} : Variable{upper, value};
}

}  // namespace

std::string proxy_url_problem(std::string_view proxy_url) {
  const std::size_t colon = proxy_url.find(':');
  const std::string scheme = colon == std::string_view::npos ? "" : to_lower(proxy_url.substr(0, colon));
  if (scheme != "http" && scheme != "https" && scheme != "socks5") {
    return fmt::format("unsupported scheme \"{}\", must be http, https, or socks5", scheme);
  }
  return split_url(proxy_url) ? "" : "it has no host, or its port is no number";
}

std::string libcurl_proxy(std::string_view proxy_url) {
  std::optional<UrlParts> parts = split_url(proxy_url);
  if (!parts) return std::string(proxy_url);
  if (parts->scheme == "socks5") parts->scheme = "socks5h";
  parts->path.clear();
  return parts->text();
}

std::string proxy_from_environment(std::string_view url, const platform::Environment& environment) {
  const std::optional<UrlParts> parts = split_url(url);
  if (!parts) return {};
  const bool https = parts->scheme == "https";
  // A web server hands the client's "Proxy:" header to CGI programs as HTTP_PROXY.
  if (!https && !environment.get("REQUEST_METHOD").empty()) return {};
  const Variable proxy = first_set(environment, https ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy.value.empty()) return {};
  const Target target{to_lower(parts->host), parts->port_or_default(), parse_ip(parts->host)};
  if (needs_no_proxy(target, first_set(environment, "NO_PROXY").value)) return {};

  const bool has_scheme = proxy.value.find("://") != std::string::npos;
  const std::optional<UrlParts> address = split_url(has_scheme ? proxy.value : "http://" + proxy.value);
  if (!address) throw usage_error(fmt::format("{}: is not a URL or a host:port pair", proxy.name));
  for (const std::string_view scheme : {"http", "https", "socks5", "socks5h"}) {
    if (address->scheme == scheme) return libcurl_proxy(address->text());
  }
  throw usage_error(fmt::format("{}: unsupported scheme \"{}\", must be http, https, socks5 or socks5h", proxy.name,
                                address->scheme));
}

}  // namespace dba::kube
