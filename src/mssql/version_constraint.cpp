#include "version_constraint.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::mssql {

/// Reads one alternative from left to right.
class VersionConstraint::Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), rest_(text) {}

  Alternative scan() {
    Alternative alternative;
    do {
      scan_part(alternative);
    } while (skip_separator());
    alternative.admits_prereleases = std::any_of(alternative.parts.begin(), alternative.parts.end(),
                                                 [](const Part& part) { return !part.bound.prerelease.empty(); });
    return alternative;
  }

 private:
  void scan_part(Alternative& alternative) {
    skip_blanks();
    const Operator op = take_operator();
    skip_blanks();
    alternative.parts.push_back(take_version(op));
    if (op == Operator::equal && skip_range_hyphen()) {
      alternative.parts.back().op = Operator::greater_equal;
      alternative.parts.push_back(take_version(Operator::less_equal));
    }
  }

  Operator take_operator() {
    static constexpr std::array<std::pair<std::string_view, Operator>, 10> kOperators{{
        {"!=", Operator::not_equal},
        {">=", Operator::greater_equal},
        {"=>", Operator::greater_equal},
        {"<=", Operator::less_equal},
        {"=<", Operator::less_equal},
        {"~>", Operator::tilde},
        {"~", Operator::tilde},
        {"^", Operator::caret},
        {">", Operator::greater},
        {"<", Operator::less},
    }};
    for (const auto& [text, op] : kOperators) {
      if (rest_.substr(0, text.size()) != text) continue;
      rest_.remove_prefix(text.size());
      return op;
    }
    if (!rest_.empty() && rest_.front() == '=') rest_.remove_prefix(1);
    return Operator::equal;
  }

  Part take_version(Operator op) {
    const std::size_t end = std::min(rest_.find_first_of(" \t,"), rest_.size());
    std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (!word.empty() && word.front() == 'v') word.remove_prefix(1);
    const std::size_t suffix_at = std::min(word.find_first_of("-+"), word.size());
    const std::string suffix(word.substr(suffix_at));
    std::vector<std::string> numbers = split(word.substr(0, suffix_at), '.');
    if (numbers.empty() || numbers.size() > 3) improper();
    const auto open = [&numbers](std::size_t i) {
      return i >= numbers.size() || numbers[i] == "x" || numbers[i] == "X" || numbers[i] == "*";
    };
    Part part{.op = op};
    part.dirty = open(0) || open(1) || open(2);
    part.minor_dirty = !open(0) && open(1);
    part.patch_dirty = !open(0) && !open(1) && open(2);
    const std::string major = open(0) ? "0" : numbers[0];
    const std::string minor = open(0) || open(1) ? "0" : numbers[1];
    const std::string patch = part.dirty ? "0" : numbers[2];
    const std::optional<LooseVersion> bound =
        parse_loose_version(fmt::format("{}.{}.{}{}", major, minor, patch, suffix));
    if (!bound) improper();
    part.bound = *bound;
    return part;
  }

  /// Between two parts: blanks or a comma. False at the end.
  bool skip_separator() {
    const bool blanks = skip_blanks();
    if (rest_.empty()) return false;
    if (rest_.front() == ',') {
      rest_.remove_prefix(1);
    } else if (!blanks) {
      improper();
    }
    return true;
  }

  bool skip_range_hyphen() {
    std::string_view ahead = rest_;
    const std::size_t hyphen = ahead.find_first_not_of(" \t");
    if (hyphen == 0 || hyphen == std::string_view::npos || ahead[hyphen] != '-') return false;
    ahead.remove_prefix(hyphen + 1);
    const std::size_t next = ahead.find_first_not_of(" \t");
    if (next == 0 || next == std::string_view::npos) return false;
    rest_ = ahead.substr(next);
    return true;
  }

  bool skip_blanks() {
    const std::size_t next = std::min(rest_.find_first_not_of(" \t"), rest_.size());
    rest_.remove_prefix(next);
    return next > 0;
  }

  [[noreturn]] void improper() const { throw usage_error(fmt::format("\"{}\" is no version constraint", trim(text_))); }

  std::string_view text_, rest_;
};

VersionConstraint VersionConstraint::parse(std::string_view text) {
  VersionConstraint constraint;
  while (true) {
    const std::size_t bars = text.find("||");
    constraint.alternatives_.push_back(Scanner(text.substr(0, bars)).scan());
    if (bars == std::string_view::npos) return constraint;
    text.remove_prefix(bars + 2);
  }
}

bool VersionConstraint::allows(const LooseVersion& version) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&version](const Alternative& alternative) {
    if (!version.prerelease.empty() && !alternative.admits_prereleases) return false;
    return std::all_of(alternative.parts.begin(), alternative.parts.end(),
                       [&version](const Part& part) { return allows(part, version); });
  });
}

bool VersionConstraint::allows(const Part& part, const LooseVersion& version) {
  switch (part.op) {
    case Operator::equal:
      return part.dirty ? tilde(part, version) : compare(version, part.bound) == 0;
    case Operator::not_equal:
      return not_equal(part, version);
    case Operator::greater:
      return greater(part, version);
    case Operator::less:
      return compare(version, part.bound) < 0;
    case Operator::greater_equal:
      return compare(version, part.bound) >= 0;
    case Operator::less_equal:
      return less_equal(part, version);
    case Operator::tilde:
      return tilde(part, version);
    case Operator::caret:
      return caret(part, version);
  }
  return false;
}

bool VersionConstraint::not_equal(const Part& part, const LooseVersion& version) {
  if (!part.dirty) return compare(version, part.bound) != 0;
  if (version.major != part.bound.major) return true;
  if (part.minor_dirty) return false;
  if (version.minor != part.bound.minor) return true;
  if (part.patch_dirty) return version.prerelease != part.bound.prerelease;
  return compare(version, part.bound) != 0;
}

/// "> 11" means 12 or later, "> 11.1" means 11.2 or later.
bool VersionConstraint::greater(const Part& part, const LooseVersion& version) {
  if (!part.dirty || version.major != part.bound.major) {
    return part.dirty ? version.major > part.bound.major : compare(version, part.bound) > 0;
  }
  if (part.minor_dirty) return false;
  if (part.patch_dirty) return version.minor > part.bound.minor;
  return compare(version, part.bound) > 0;
}

/// "<= 11" takes in all of 11, whatever its minor version or pre-release.
bool VersionConstraint::less_equal(const Part& part, const LooseVersion& version) {
  if (!part.dirty) return compare(version, part.bound) <= 0;
  if (version.major > part.bound.major) return false;
  return part.minor_dirty || version.major != part.bound.major || version.minor <= part.bound.minor;
}

bool VersionConstraint::tilde(const Part& part, const LooseVersion& version) {
  const LooseVersion& bound = part.bound;
  if (compare(version, bound) < 0) return false;
  if (bound.major == 0 && bound.minor == 0 && bound.patch == 0 && !part.minor_dirty && !part.patch_dirty) return true;
  return version.major == bound.major && (part.minor_dirty || version.minor == bound.minor);
}

/// Anything later that does not move the leftmost number that is not 0.
bool VersionConstraint::caret(const Part& part, const LooseVersion& version) {
  const LooseVersion& bound = part.bound;
  if (compare(version, bound) < 0 || version.major != bound.major) return false;
  if (bound.major > 0 || part.minor_dirty) return true;
  if (version.minor != bound.minor) return false;
  return bound.minor > 0 || part.patch_dirty || version.patch == bound.patch;
}

}  // namespace dba::mssql
