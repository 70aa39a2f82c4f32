#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/paths.hpp"
#include "dba/codec/yaml.hpp"

namespace dba::codec {

namespace {

struct SetStep {
  enum class Kind { key, index, select };
  Kind kind = Kind::key;
  std::string key{};      ///< Of a member; of the field that a selection looks at.
  std::string value{};    ///< That the selected element has in `key`.
  std::size_t index = 0;  ///< Of an element.
  std::string path{};     ///< The path up to here, for messages.
};

[[noreturn]] void fail(std::string_view path, std::string_view why) {
  throw usage_error(fmt::format("cannot set \"{}\": {}", path, why));
}

std::size_t find_assignment(std::string_view text) {
  bool in_brackets = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '[' || text[at] == ']') {
      in_brackets = text[at] == '[';
    } else if (text[at] == '=' && !in_brackets) {
      return at;
    }
  }
  return std::string_view::npos;
}

SetStep parse_brackets(std::string_view path, std::string_view inner) {
  const std::size_t equals = inner.find('=');
  if (equals != std::string_view::npos) {
    if (equals == 0) fail(path, fmt::format("[{}] needs a field before the =", inner));
    return {.kind = SetStep::Kind::select,
            .key = std::string(inner.substr(0, equals)),
            .value = std::string(inner.substr(equals + 1))};
  }
  SetStep step{.kind = SetStep::Kind::index};
  const auto [end, failure] = std::from_chars(inner.data(), inner.data() + inner.size(), step.index);
  if (inner.empty() || failure != std::errc{} || end != inner.data() + inner.size()) {
    fail(path, fmt::format("[{}] is neither an index such as [0] nor a choice such as [name=mssql]", inner));
  }
  return step;
}

/// "spec.podTemplate.spec.containers[name=mssql].image" into its steps.
class PathParser {
 public:
  explicit PathParser(std::string_view path) : path_(path) {}

  std::vector<SetStep> parse() {
    if (path_.starts_with('.')) ++at_;
    while (at_ < path_.size()) {
      if (path_[at_] == '[') {
        parse_subscript();
      } else {
        parse_key();
      }
    }
    if (wants_key_) fail(path_, "a field name is missing at the end");
    return std::move(steps_);
  }

 private:
  void parse_key() {
    if (!wants_key_) {
      if (path_[at_] != '.') fail(path_, "a dot or a bracket must follow ]");
      ++at_;
    }
    std::string key;
    for (; at_ < path_.size() && path_[at_] != '.' && path_[at_] != '['; ++at_) {
      if (path_[at_] == '\\' && at_ + 1 < path_.size()) ++at_;
      key += path_[at_];
    }
    if (key.empty()) fail(path_, "a field name is missing between two dots or before a bracket");
    add({.key = std::move(key)});
  }

  void parse_subscript() {
    const std::size_t end = path_.find(']', at_);
    if (end == std::string_view::npos) fail(path_, "a ] is missing");
    if (steps_.empty()) fail(path_, "the object itself is not a list");
    const std::string_view inner = path_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    add(parse_brackets(path_, inner));
  }

  void add(SetStep step) {
    constexpr std::size_t kMostSteps = 100;
    if (steps_.size() == kMostSteps) fail(path_, "the path has more than 100 steps");
    step.path = path_.substr(0, at_);
    steps_.push_back(std::move(step));
    wants_key_ = at_ + 1 == path_.size() && path_[at_] == '.';
  }

  std::string_view path_;
  std::size_t at_ = 0;
  bool wants_key_ = true;
  std::vector<SetStep> steps_;
};

std::string_view kind_of(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return "a single value";
}

/// Makes a missing value the container that the step needs, and refuses any other.
void require_container(Json& value, const SetStep& step, std::string_view parent_path) {
  const bool wants_object = step.kind == SetStep::Kind::key;
  if (value.is_null()) value = wants_object ? Json::object() : Json::array();
  if (wants_object ? value.is_object() : value.is_array()) return;
  fail(step.path, fmt::format("{} is {}, not {}", parent_path.empty() ? "the object" : parent_path, kind_of(value),
                              wants_object ? "an object" : "a list"));
}

Json& element_at(Json& list, const SetStep& step) {
  if (step.index > list.size()) {
    fail(step.path, fmt::format("index {} is past the end of a list of {}", step.index, list.size()));
  }
  if (step.index == list.size()) list.push_back(Json());
  return list[step.index];
}

/// The first element whose field has the value; a new one at the end when there is none.
Json& selected_element(Json& list, const SetStep& step) {
  for (Json& element : list) {
    const Json* field = find_at(element, {step.key});
    if (field == nullptr) continue;
    if ((field->is_string() ? field->get<std::string>() : compact_json(*field)) == step.value) return element;
  }
  Json element = Json::object();
  element[step.key] = step.value;
  list.push_back(std::move(element));
  return list.back();
}

Json& enter(Json& value, const SetStep& step) {
  switch (step.kind) {
    case SetStep::Kind::index:
      return element_at(value, step);
    case SetStep::Kind::select:
      return selected_element(value, step);
    case SetStep::Kind::key:
      break;
  }
  return value[step.key];
}

}  // namespace

void apply_set(Json& object, std::string_view assignment) {
  const std::size_t equals = find_assignment(assignment);
  if (equals == std::string_view::npos) {
    throw usage_error(
        fmt::format("\"{}\" is not an assignment: use PATH=VALUE, for example spec.replicas=3", assignment));
  }
  const std::string_view path = assignment.substr(0, equals);
  const std::vector<SetStep> steps = PathParser(path).parse();
  Json value = parse_flow_value(assignment.substr(equals + 1), fmt::format("the value of {}", path));
  Json* at = &object;
  std::string_view parent_path;
  for (const SetStep& step : steps) {
    require_container(*at, step, parent_path);
    at = &enter(*at, step);
    parent_path = step.path;
  }
  *at = std::move(value);
}

}  // namespace dba::codec
