#include "semver.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

/// Dot-separated identifiers; in a pre-release a number must not begin with 0.
bool are_identifiers(std::string_view text, bool prerelease) {
  if (text.empty() || text.back() == '.') return false;
  for (const std::string& part : split(text, '.')) {
    if (!is_identifier(part)) return false;
    if (prerelease && part.size() > 1 && part.front() == '0' && parse_number(part)) return false;
  }
  return true;
}

int compare_identifiers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty()) return -1;
  if (b.empty()) return 1;
  const std::optional<std::uint64_t> number_a = parse_number(a), number_b = parse_number(b);
  if (number_a && number_b) return *number_a > *number_b ? 1 : -1;
  if (number_a) return -1;
  if (number_b) return 1;
  return a > b ? 1 : -1;
}

int compare_prereleases(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty()) return 1;
  if (b.empty()) return -1;
  const std::vector<std::string> parts_a = split(a, '.'), parts_b = split(b, '.');
  for (std::size_t i = 0; i < std::max(parts_a.size(), parts_b.size()); ++i) {
    const int order = compare_identifiers(i < parts_a.size() ? parts_a[i] : "", i < parts_b.size() ? parts_b[i] : "");
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

std::optional<LooseVersion> parse_loose_version(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!are_identifiers(text.substr(plus + 1), false)) return std::nullopt;
    text = text.substr(0, plus);
  }
  LooseVersion version;
  if (const std::size_t hyphen = text.find('-'); hyphen != std::string_view::npos) {
    version.prerelease = text.substr(hyphen + 1);
    if (!are_identifiers(version.prerelease, true)) return std::nullopt;
    text = text.substr(0, hyphen);
  }
  const std::vector<std::string> numbers = split(text, '.');
  if (numbers.empty() || numbers.size() > 3) return std::nullopt;
  std::uint64_t* const fields[] = {&version.major, &version.minor, &version.patch};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::optional<std::uint64_t> number = parse_number(numbers[i]);
    if (!number) return std::nullopt;
    *fields[i] = *number;
  }
  return version;
}

int compare(const LooseVersion& a, const LooseVersion& b) {
  const auto order = [](std::uint64_t x, std::uint64_t y) { return x == y ? 0 : (x > y ? 1 : -1); };
  if (const int major = order(a.major, b.major); major != 0) return major;
  if (const int minor = order(a.minor, b.minor); minor != 0) return minor;
  if (const int patch = order(a.patch, b.patch); patch != 0) return patch;
  return compare_prereleases(a.prerelease, b.prerelease);
}

}  // namespace dba::mssql
