#pragma once
// Constraints on loose versions: ">= 2022-cu12, < 2025-cu1 || 2026".

#include <string>
#include <string_view>
#include <vector>

#include "semver.hpp"

namespace dba::mssql {

class VersionConstraint {
 public:
  /// Comma or blank between parts means AND, "||" OR; operators = != > < >= => <= =< ~ ~> ^ and none; "A - B"; x, X, *.
  /// @throws Error (usage) naming the alternative that cannot be read.
  static VersionConstraint parse(std::string_view text);
  bool allows(const LooseVersion& version) const;

 private:
  enum class Operator { equal, not_equal, greater, less, greater_equal, less_equal, tilde, caret };
  struct Part {
    Operator op = Operator::equal;
    LooseVersion bound{};
    bool dirty = false;  ///< Something was left out or "x": the part then means a range.
    bool minor_dirty = false, patch_dirty = false;
  };
  struct Alternative {
    std::vector<Part> parts{};
    bool admits_prereleases = false;  ///< One of its parts names a pre-release.
  };
  class Scanner;
  static bool allows(const Part& part, const LooseVersion& version);
  static bool not_equal(const Part& part, const LooseVersion& version);
  static bool greater(const Part& part, const LooseVersion& version);
  static bool less_equal(const Part& part, const LooseVersion& version);
  static bool tilde(const Part& part, const LooseVersion& version);
  static bool caret(const Part& part, const LooseVersion& version);

  std::vector<Alternative> alternatives_{};
};

}  // namespace dba::mssql
