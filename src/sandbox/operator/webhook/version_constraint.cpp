#include "operator/webhook/version_constraint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dba/base/text.hpp"

namespace dba::sandbox::kubedb {

namespace {

struct Version {
  std::array<std::uint64_t, 3> numbers{};
  std::vector<std::string> prerelease{};
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Version> parse_version(std::string_view text) {
  Version version;
  text = text.substr(0, text.find('+'));
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) version.prerelease = split(text.substr(dash + 1), '.');
  const std::vector<std::string> parts = split(text.substr(0, dash), '.');
  if (parts.empty() || parts.size() > version.numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::optional<std::uint64_t> value = number(parts[i]);
    if (!value) return std::nullopt;
    version.numbers[i] = *value;
  }
  return version;
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const std::optional<std::uint64_t> first = number(a), second = number(b);
  if (first && second) return *first <=> *second;
  if (first || second) return first ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.compare(b) <=> 0;
}

std::strong_ordering compare(const Version& a, const Version& b) {
  if (const auto order = a.numbers <=> b.numbers; order != std::strong_ordering::equal) return order;
  if (a.prerelease.empty() || b.prerelease.empty()) {
    return (a.prerelease.empty() ? 1 : 0) <=> (b.prerelease.empty() ? 1 : 0);
  }
  return std::lexicographical_compare_three_way(a.prerelease.begin(), a.prerelease.end(), b.prerelease.begin(),
                                                b.prerelease.end(), compare_identifiers);
}

bool matches(std::string_view sign, std::strong_ordering order) {
  if (sign == ">=" || sign == "=>") return order >= 0;
  if (sign == "<=" || sign == "=<") return order <= 0;
  if (sign == ">") return order > 0;
  if (sign == "<") return order < 0;
  if (sign == "!=") return order != 0;
  return (sign.empty() || sign == "=") && order == 0;
}

bool satisfies_one(const Version& version, std::string_view condition) {
  const std::size_t digits = condition.find_first_of("0123456789");
  if (digits == std::string_view::npos) return trim(condition) == "*";
  const std::optional<Version> bound = parse_version(trim(condition.substr(digits)));
  if (!bound || (!version.prerelease.empty() && bound->prerelease.empty())) return false;
  return matches(trim(condition.substr(0, digits)), compare(version, *bound));
}

}  // namespace

bool version_satisfies(std::string_view version, std::string_view constraint) {
  const std::optional<Version> parsed = parse_version(version);
  if (!parsed) return false;
  std::string rest(constraint);
  for (std::size_t bars = rest.find("||"); bars != std::string::npos; bars = rest.find("||")) rest.erase(bars, 1);
  const std::vector<std::string> choices = split(rest, '|');
  return std::any_of(choices.begin(), choices.end(), [&](const std::string& choice) {
    const std::vector<std::string> all = split(choice, ',');
    return std::all_of(all.begin(), all.end(), [&](const std::string& one) { return satisfies_one(*parsed, one); });
  });
}

}  // namespace dba::sandbox::kubedb
