#pragma once
// A JSONPath template taken apart: text, and actions made of steps that each turn a list of values into another.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::codec::jsonpath {

/// [start:end:step]; a number that was not written is absent.
struct Slice {
  std::optional<int> start{};
  std::optional<int> end{};
  std::optional<int> step{};
  bool single = false;  ///< [N] was written, not [N:M].
};

struct Step;
using Steps = std::vector<Step>;

struct Step {
  enum class Kind { literal, field, wildcard, recursive, slice, filter, choice, identifier };
  Kind kind = Kind::literal;
  std::string name{};                     ///< Of a field or identifier; the operator of a filter, "exists" without one.
  std::shared_ptr<const Json> literal{};  ///< Text, number or boolean.
  Slice slice{};                          ///< Of a slice.
  std::vector<Steps> branches{};          ///< The members of a union; left and right side of a filter.
};

/// Text to copy, or an action in braces.
struct Segment {
  bool is_text = false;
  std::string text{};
  Steps steps{};
};

using Template = std::vector<Segment>;

/// @throws Error (usage) "error parsing jsonpath …".
Template parse_template(std::string_view text);

}  // namespace dba::codec::jsonpath
