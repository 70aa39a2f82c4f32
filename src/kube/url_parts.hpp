#pragma once
// The pieces of an absolute URL, as far as servers and proxies need them.

#include <optional>
#include <string>
#include <string_view>

namespace dba::kube {

struct UrlParts {
  std::string scheme{};     ///< Lower case.
  std::string user_info{};  ///< What stands before "@", as written; holds a password perhaps.
  std::string host{};       ///< Without the brackets of an IPv6 address.
  std::string port{};       ///< Digits; empty when not given.
  std::string path{};       ///< Begins with "/", or is empty. Query and fragment are not kept.

  /// "https://host:6443/prefix", with whatever else is there.
  std::string text() const;
  std::string port_or_default() const;  ///< 80, 443 or 1080 by scheme.
};

/// Absent when there is no scheme, no host, or the port is no number.
std::optional<UrlParts> split_url(std::string_view url);
/// The URL, or what should have been one, with "***" in the place of user name and password; for messages.
std::string without_password(std::string_view url);

}  // namespace dba::kube
