#pragma once
// One HTTP request, taken apart, and the answer to it as plain data: what decides needs no socket, nor do its tests.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dba::sandbox::http {

/// The parameters of a URL, decoded.
class Query {
 public:
  static Query parse(std::string_view raw);
  bool has(std::string_view key) const;
  std::string get(std::string_view key) const;  ///< The first value; empty when absent.
  std::vector<std::string> all(std::string_view key) const;
  /// As the API server reads booleans: present and neither "0" nor "false". @source apimachinery runtime conversions.
  bool flag(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_{};
};

struct Request {
  std::string method{};
  std::string path{};  ///< Still percent-encoded, without the query.
  std::string raw_query{};
  Query query{};
  std::multimap<std::string, std::string, std::less<>> headers{};  ///< Names in lower case; in the order they came.
  std::string body{};

  std::string header(std::string_view lower_case_name) const;  ///< The first of that name; empty when absent.
  std::vector<std::string> all_headers(std::string_view lower_case_name) const;
  std::string media_type() const;  ///< Of Content-Type: lower case, without parameters.
};

struct Answer {
  int code = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::vector<std::string> warnings{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// "%2F" and the like decoded; `plus_is_blank` in queries. Broken escapes are kept as they are.
std::string percent_decode(std::string_view text, bool plus_is_blank);
/// "/api/v1//pods/" → "api", "v1", "pods", each decoded.
std::vector<std::string> path_segments(std::string_view path);

}  // namespace dba::sandbox::http
