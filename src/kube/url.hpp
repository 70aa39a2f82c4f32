#pragma once
// Paths and queries as Go's net/url writes them, so that the server and its audit log see what kubectl would send.

#include <map>
#include <string>
#include <string_view>

namespace dba::kube {

/// One path segment, percent-encoded. @source Go url.PathEscape: unreserved and `$&+=:@` stay.
std::string path_escape(std::string_view segment);
/// One query key or value. @source Go url.QueryEscape: unreserved stay, a blank becomes `+`.
std::string query_escape(std::string_view text);

/// Query parameters, sorted by key.
class Query {
 public:
  /// Later values of the same key win; an empty `value` is left out.
  Query& set(std::string_view key, std::string_view value);
  /// "?a=1&b=2", or nothing when there are no parameters.
  std::string text() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace dba::kube
