#include "http/request.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "dba/base/text.hpp"

namespace dba::sandbox::http {

namespace {

std::optional<int> hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::optional<int> high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

std::vector<std::string> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string& part : split(path, '/')) {
    if (!part.empty()) segments.push_back(percent_decode(part, false));
  }
  return segments;
}

Query Query::parse(std::string_view raw) {
  Query query;
  for (const std::string& part : split(raw, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string::npos ? std::string_view() : std::string_view(part).substr(equals + 1);
    query.values_.emplace_back(percent_decode(part.substr(0, equals), true), percent_decode(value, true));
  }
  return query;
}

bool Query::has(std::string_view key) const {
  return std::any_of(values_.begin(), values_.end(), [key](const auto& pair) { return pair.first == key; });
}

std::string Query::get(std::string_view key) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [key](const auto& pair) { return pair.first == key; });
  return found == values_.end() ? std::string() : found->second;
}

std::vector<std::string> Query::all(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : values_) {
    if (name == key) values.push_back(value);
  }
  return values;
}

bool Query::flag(std::string_view key) const {
  if (!has(key)) return false;
  const std::string value = to_lower(get(key));
  return value != "false" && value != "0";
}

std::string Request::header(std::string_view lower_case_name) const {
  const auto found = headers.lower_bound(lower_case_name);
  return found == headers.end() || found->first != lower_case_name ? std::string() : found->second;
}

std::vector<std::string> Request::all_headers(std::string_view lower_case_name) const {
  std::vector<std::string> values;
  const auto [first, last] = headers.equal_range(lower_case_name);
  std::transform(first, last, std::back_inserter(values), [](const auto& pair) { return pair.second; });
  return values;
}

std::string Request::media_type() const {
  const std::string value = header("content-type");
  return to_lower(trim(std::string_view(value).substr(0, value.find(';'))));
}

}  // namespace dba::sandbox::http
