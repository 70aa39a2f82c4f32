#include "values.hpp"

#include <charconv>
#include <system_error>
#include <type_traits>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::cli {

namespace {

/// The form in which "AvailabilityGroup" and "availability-group" are the same word.
std::string without_spelling(std::string_view word) {
  std::string out = to_lower(word);
  std::erase(out, '-');
  return out;
}

/// @source Go's strconv.ParseBool, which kubectl's switches go through.
std::optional<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

template <class Value>
std::string set_optional(std::optional<Value>& into, const std::string& text,
                         std::string (*set)(Value& into, const std::string& text)) {
  Value value{};
  std::string problem = set(value, text);
  if (problem.empty()) into = value;
  return problem;
}

std::string set_switch(bool& into, const std::string& text) {
  const std::optional<bool> value = parse_switch(text);
  if (!value) return fmt::format("\"{}\" is neither true nor false", text);
  into = *value;
  return {};
}

std::string set_number(int& into, const std::string& text) {
  const std::string_view digits = text.starts_with('+') ? std::string_view(text).substr(1) : text;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
  if (failure == std::errc::result_out_of_range) return fmt::format("{} is out of range", text);
  if (failure != std::errc{} || end != digits.data() + digits.size()) {
    return fmt::format("\"{}\" is not a whole number", text);
  }
  return {};
}

/// What `call` throws, as a problem.
std::string problem_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const Error& error) {
    const std::vector<std::string>& details = error.info().details;
    const std::string separator = error.info().message.empty() || details.empty() ? "" : ": ";
    return error.info().message + separator + join(details, "; ");
  }
}

std::string store(const Destination& into, const std::string& name, const std::string& text) {
  return std::visit(
      [&](const auto& target) -> std::string {
        using Target = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, bool*>) {
          return set_switch(*target, text);
        } else if constexpr (std::is_same_v<Target, std::optional<bool>*>) {
          return set_optional(*target, text, set_switch);
        } else if constexpr (std::is_same_v<Target, int*>) {
          return set_number(*target, text);
        } else if constexpr (std::is_same_v<Target, std::optional<int>*>) {
          return set_optional(*target, text, set_number);
        } else if constexpr (std::is_same_v<Target, std::vector<std::string>*>) {
          target->push_back(text);
          return {};
        } else if constexpr (std::is_pointer_v<Target>) {
          *target = text;
          return {};
        } else {
          return problem_of([&] { target(name, text); });
        }
      },
      into);
}

/// Whether "" cannot be meant: an unset variable of a script, mostly. Numbers and closed sets tell it themselves.
bool needs_text(const Flag& flag) {
  const bool takes_text = std::holds_alternative<std::string*>(flag.into) ||
                          std::holds_alternative<std::optional<std::string>*>(flag.into) ||
                          std::holds_alternative<std::vector<std::string>*>(flag.into);
  return takes_text && flag.one_of.empty() && !flag.may_be_empty;
}

std::string outside_set(const Flag& flag, const std::string& typed) {
  std::string problem = fmt::format("\"{}\" is not one of {}", typed, english_list(flag.one_of, "or"));
  const std::vector<std::string> near = close_matches(typed, flag.one_of);
  if (!near.empty()) problem += fmt::format("; did you mean {}?", near.front());
  return problem;
}

}  // namespace

std::optional<std::string> canonical_value(const Flag& flag, std::string_view typed) {
  if (flag.one_of.empty()) return std::string(typed);
  const auto same = [&](std::string_view word) {
    return flag.any_spelling ? without_spelling(word) == without_spelling(typed) : word == typed;
  };
  for (const std::string& word : flag.one_of) {
    if (same(word)) return word;
  }
  for (const Alias& alias : flag.aliases) {
    if (same(alias.alias)) return alias.value;
  }
  return std::nullopt;
}

std::string store_flag(const Flag& flag, const std::string& value) {
  if (value.empty() && needs_text(flag)) return fmt::format("is empty, expected {}", flag.value);
  // Nothing between the commas is a value as well: an empty variable is told, not taken for a flag that is absent.
  const std::vector<std::string> pieces = flag.split_commas && !value.empty() ? split(value, ',') : std::vector{value};
  for (const std::string& piece : pieces) {
    const std::optional<std::string> canonical = canonical_value(flag, piece);
    if (!canonical) return outside_set(flag, piece);
    std::string problem = store(flag.into, "--" + flag.name, *canonical);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string store_default(const Flag& flag, const std::string& value) {
  const std::string problem = flag.check_default ? problem_of([&] { flag.check_default(value); }) : "";
  return problem.empty() ? store_flag(flag, value) : problem;
}

std::string store_argument(const Argument& argument, const std::string& value) {
  if (value.empty() && !std::holds_alternative<std::vector<std::string>*>(argument.into)) return "is empty";
  return store(argument.into, argument.name, value);
}

}  // namespace dba::cli
