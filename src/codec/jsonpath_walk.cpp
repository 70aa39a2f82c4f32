#include "jsonpath_walk.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_writer.hpp"

namespace dba::codec::jsonpath {

namespace {

/// An index that the list does not have; to a filter that asks for existence it is an answer, not a failure.
struct OutOfBounds : WalkError {
  using WalkError::WalkError;
};

/// Go's name of a value's type, for messages.
std::string_view type_name(const Json& value) {
  if (value.is_object()) return "map[string]interface {}";
  if (value.is_array()) return "[]interface {}";
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  return value.is_number_float() ? "float64" : "int64";
}

Values children_of(const Json& value) {
  Values children;
  if (value.is_object()) {
    for (const Member& member : members_of(value, true)) children.push_back(member.value);
  } else if (value.is_array()) {
    for (const Json& element : value) children.push_back(&element);
  }
  return children;
}

/// Unions and descents multiply; a template must not be able to fill the memory.
void limit(const Values& values) {
  constexpr std::size_t kMostValues = 1'000'000;
  if (values.size() > kMostValues) throw WalkError("too many results");
}

void append(Values& to, const Values& from) {
  to.insert(to.end(), from.begin(), from.end());
  limit(to);
}

Values take_field(const Step& step, const Values& values) {
  Values found;
  for (const Json* value : values) {
    if (!value->is_object()) continue;
    const auto member = value->find(step.name);
    if (member != value->end()) found.push_back(&*member);
  }
  return found;
}

Values take_wildcard(const Values& values) {
  Values found;
  for (const Json* value : values) append(found, children_of(*value));
  return found;
}

/// Everything that has something in it, containers before their contents.
void descend(const Json& value, Values& found) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) found.push_back(&value);
  const Values children = children_of(value);
  if (children.empty()) return;
  found.push_back(&value);
  limit(found);
  for (const Json* child : children) descend(*child, found);
}

Values take_recursive(const Values& values) {
  Values found;
  for (const Json* value : values) descend(*value, found);
  return found;
}

/// start, end and step of a slice of an array with `length` elements, checked as kubectl does.
struct Range {
  std::int64_t start;
  std::int64_t end;
  std::int64_t step;
};

Range resolve_slice(const Slice& slice, std::int64_t length) {
  Range range{.start = slice.start.value_or(0), .end = slice.end.value_or(length), .step = slice.step.value_or(1)};
  if (range.start < 0) range.start += length;
  if (slice.single) range.end = range.start + 1;
  if (range.end < 0) range.end += length;
  if (range.start == range.end) return range;
  const auto check_bounds = [&](std::int64_t index, bool inside) {
    if (!inside) throw OutOfBounds(fmt::format("array index out of bounds: index {}, length {}", index, length));
  };
  check_bounds(range.start, range.start >= 0 && range.start < length);
  check_bounds(range.end - 1, range.end >= 0 && range.end <= length);
  if (range.start > range.end) {
    throw WalkError(fmt::format("starting index {} is greater than ending index {}", range.start, range.end));
  }
  if (range.step <= 0) throw WalkError("step must be > 0");
  return range;
}

Values take_slice(const Step& step, const Values& values) {
  Values found;
  for (const Json* value : values) {
    if (value->is_null()) continue;
    if (!value->is_array()) throw WalkError(fmt::format("{} is not array or slice", type_name(*value)));
    const Range range = resolve_slice(step.slice, static_cast<std::int64_t>(value->size()));
    for (std::int64_t i = range.start; i < range.end; i += range.step) {
      found.push_back(&(*value)[static_cast<std::size_t>(i)]);
    }
    limit(found);
  }
  return found;
}

/// Order of two scalars of one type; `unordered` for booleans and NaN, which are equal or not and nothing else.
std::partial_ordering compare(const Json& left, const Json& right) {
  for (const Json* side : {&left, &right}) {
    if (side->is_null() || side->is_structured()) throw WalkError("invalid type for comparison");
  }
  if (type_name(left) != type_name(right)) throw WalkError("incompatible types for comparison");
  if (left.is_boolean()) return left == right ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
  if (left.is_number_float()) return left.get<double>() <=> right.get<double>();
  if (left.is_number()) return left.get<std::int64_t>() <=> right.get<std::int64_t>();
  return left.get_ref<const std::string&>() <=> right.get_ref<const std::string&>();
}

bool passes(std::string_view name, const Json& left, const Json& right) {
  const std::partial_ordering order = compare(left, right);
  if (name == "==") return order == 0;
  if (name == "!=") return order != 0;
  const bool known = name == "<" || name == "<=" || name == ">" || name == ">=";
  if (!known) throw WalkError(fmt::format("unrecognized filter operator {}", name));
  if (left.is_boolean()) throw WalkError("invalid type for comparison");
  if (name == "<") return order < 0;
  if (name == "<=") return order <= 0;
  return name == ">" ? order > 0 : order >= 0;
}

/// The one value of a filter's side; absent when nothing is there.
const Json* side_of(const Steps& side, const Json& element) {
  const Values values = walk(side, {&element});
  if (values.size() > 1) throw WalkError("can only compare one element at a time");
  return values.empty() ? nullptr : values.front();
}

bool exists(const Steps& path, const Json& element) {
  try {
    return !walk(path, {&element}).empty();
  } catch (const OutOfBounds&) {
    return false;
  }
}

bool matches(const Step& filter, const Json& element) {
  if (filter.branches.size() == 1) return exists(filter.branches[0], element);
  const Json* left = side_of(filter.branches[0], element);
  const Json* right = left == nullptr ? nullptr : side_of(filter.branches[1], element);
  return right != nullptr && passes(filter.name, *left, *right);
}

Values take_filtered(const Step& step, const Values& values) {
  Values found;
  for (const Json* value : values) {
    if (!value->is_array()) {
      const std::string shown = value->is_null() ? "<nil>" : write_json(*value, {.sorted = true});
      throw WalkError(fmt::format("{} is not array or slice and cannot be filtered", shown));
    }
    for (const Json& element : *value) {
      if (matches(step, element)) found.push_back(&element);
    }
  }
  return found;
}

Values take_choice(const Step& step, const Values& values) {
  Values found;
  for (const Steps& branch : step.branches) append(found, walk(branch, values));
  return found;
}

Values take(const Step& step, const Values& values) {
  switch (step.kind) {
    case Step::Kind::literal:
      return Values(step.literal->is_string() ? 1 : values.size(), step.literal.get());
    case Step::Kind::field:
      return take_field(step, values);
    case Step::Kind::wildcard:
      return take_wildcard(values);
    case Step::Kind::recursive:
      return take_recursive(values);
    case Step::Kind::slice:
      return take_slice(step, values);
    case Step::Kind::filter:
      return take_filtered(step, values);
    case Step::Kind::choice:
      return take_choice(step, values);
    case Step::Kind::identifier:
      break;
  }
  throw WalkError(fmt::format("unrecognized identifier {}", step.name));
}

}  // namespace

Values walk(const Steps& steps, Values values) {
  for (const Step& step : steps) values = take(step, values);
  return values;
}

}  // namespace dba::codec::jsonpath
