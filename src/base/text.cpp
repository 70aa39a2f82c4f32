#include "dba/base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/base/utf8.hpp"

namespace dba {

namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

/// Marks that turn the reading direction: they can make a terminal show another text than the one that is there.
bool is_bidi_override(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// What is wrong with one dot-free part of a DNS name, without its length.
std::string dns_part_problem(std::string_view part) {
  const bool letters_fine =
      std::all_of(part.begin(), part.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
  if (letters_fine && is_lower_alphanumeric(part.front()) && is_lower_alphanumeric(part.back())) return "";
  return "must consist of lower-case letters, digits and '-', and start and end with a letter or digit";
}

std::string length_problem(std::string_view name, std::size_t limit) {
  if (name.empty()) return "must not be empty";
  if (name.size() <= limit) return "";
  return fmt::format("must be no more than {} characters (it has {})", limit, name.size());
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator, start)) {
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.emplace_back(text.substr(start));
  return parts;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before_last(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::vector<std::string> close_matches(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kFarthest = 2;
  const std::string typed = to_lower(word);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& candidate : candidates) {
    const std::string name = to_lower(candidate);
    const std::size_t distance = edit_distance(typed, name);
    if (distance <= kFarthest && distance < typed.size()) {
      found.emplace_back(distance, candidate);
    } else if (!typed.empty() && name.starts_with(typed)) {
      found.emplace_back(kFarthest + 1, candidate);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> names;
  for (auto& [distance, name] : found) names.push_back(std::move(name));
  return names;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size(); at += decode_utf8(utf8, at).length) ++width;
  return width;
}

std::string neutralise_controls(std::string_view text, bool multiline) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const char32_t c = point.value;
    if (!point.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else if (c == 0x1B) {
      out += "^[";
    } else if ((is_control(c) || is_bidi_override(c)) && !(multiline && (c == '\n' || c == '\t'))) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out;
}

std::string shell_quote(std::string_view word) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string english_list(std::span<const std::string> parts, std::string_view conjunction) {
  if (parts.empty()) return "";
  if (parts.size() == 1) return parts.front();
  return fmt::format("{} {} {}", join(parts.first(parts.size() - 1), ", "), conjunction, parts.back());
}

std::string dns_label_problem(std::string_view name) {
  std::string problem = length_problem(name, 63);
  return problem.empty() ? dns_part_problem(name) : problem;
}

std::string dns_subdomain_problem(std::string_view name) {
  std::string problem = length_problem(name, 253);
  if (!problem.empty()) return problem;
  for (const std::string& part : split(name, '.')) {
    if (part.empty() || !dns_part_problem(part).empty()) {
      return "must consist of lower-case letters, digits, '-' and '.', and start and end with a letter or digit";
    }
  }
  return "";
}

}  // namespace dba
