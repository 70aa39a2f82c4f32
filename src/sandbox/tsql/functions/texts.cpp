#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/utf8.hpp"

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/syntax/lexer.hpp"
#include "tsql/types/collation.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/convert_text.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::string_view without_last_blanks(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string_view without_first_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

Value cut_to(const Type& result, const std::string& text) {
  return result.length < 0 ? text : text_prefix(text, static_cast<std::size_t>(result.length));
}

Value length(Environment&, const Type&, std::span<const Value> args) {
  return static_cast<std::int64_t>(text_length(without_last_blanks(text_of(args[0]))));
}

/// args: the type of the value, the value
Value data_length(Environment&, const Type&, std::span<const Value> args) {
  const Type type = type_of_code(integer_of(args[0]));
  if (is_unicode(type)) return static_cast<std::int64_t>(text_length(text_of(args[1])) * 2);
  if (is_text(type)) return static_cast<std::int64_t>(text_length(text_of(args[1])));
  if (is_bytes(type)) return static_cast<std::int64_t>(text_of(args[1]).size());
  if (type.id == TypeId::bit || type.id == TypeId::tiny_int) return std::int64_t{1};
  if (type.id == TypeId::small_int) return std::int64_t{2};
  if (type.id == TypeId::integer || type.id == TypeId::real || type.id == TypeId::small_datetime)
    return std::int64_t{4};
  if (type.id == TypeId::date) return std::int64_t{3};
  if (type.id == TypeId::unique_identifier) return std::int64_t{16};
  if (type.id == TypeId::decimal)
    return std::int64_t{type.precision < 10 ? 5 : type.precision < 20 ? 9 : type.precision < 29 ? 13 : 17};
  return std::int64_t{8};
}

Value left_trimmed(Environment&, const Type&, std::span<const Value> args) {
  return std::string(without_first_blanks(text_of(args[0])));
}
Value right_trimmed(Environment&, const Type&, std::span<const Value> args) {
  return std::string(without_last_blanks(text_of(args[0])));
}
Value trimmed(Environment&, const Type&, std::span<const Value> args) {
  return std::string(without_last_blanks(without_first_blanks(text_of(args[0]))));
}
Value upper_case(Environment&, const Type&, std::span<const Value> args) { return upper_text(text_of(args[0])); }
Value lower_case(Environment&, const Type&, std::span<const Value> args) { return lower_text(text_of(args[0])); }

std::string middle(std::string_view text, std::int64_t start, std::int64_t count) {
  const std::int64_t end = std::max<std::int64_t>(start + std::min<std::int64_t>(count, 1LL << 40), 1);
  const auto first = static_cast<std::size_t>(std::max<std::int64_t>(start, 1) - 1);
  const std::string head = text_prefix(text, static_cast<std::size_t>(end - 1));
  return head.substr(std::min(text_prefix(text, first).size(), head.size()));
}

[[noreturn]] void fail_length(std::string_view function) {
  fail(537, fmt::format("Invalid length parameter passed to the {} function.", function), 16, 3);
}

Value substring(Environment&, const Type& result, std::span<const Value> args) {
  const std::int64_t start = integer_of(args[1]), count = integer_of(args[2]);
  if (count < 0) fail_length("LEFT or SUBSTRING");
  if (!is_bytes(result)) return middle(text_of(args[0]), start, count);
  const std::string& bytes = text_of(args[0]);
  const std::int64_t from = std::max<std::int64_t>(start, 1) - 1, to = std::max(from, start - 1 + count);
  if (from >= static_cast<std::int64_t>(bytes.size())) return std::string();
  return bytes.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

Value left(Environment&, const Type&, std::span<const Value> args) {
  if (integer_of(args[1]) < 0) fail_length("LEFT or SUBSTRING");
  return text_prefix(text_of(args[0]), static_cast<std::size_t>(integer_of(args[1])));
}

Value right(Environment&, const Type&, std::span<const Value> args) {
  if (integer_of(args[1]) < 0) fail_length("RIGHT");
  const auto all = static_cast<std::int64_t>(text_length(text_of(args[0])));
  return middle(text_of(args[0]), std::max<std::int64_t>(all - integer_of(args[1]), 0) + 1, all);
}

Value replace(Environment&, const Type& result, std::span<const Value> args) {
  const std::string &text = text_of(args[0]), &to = text_of(args[2]);
  const std::string what = lower_text(text_of(args[1])), folded = lower_text(text);
  if (what.empty()) return text;
  std::string out;
  std::size_t at = 0;
  // Letters keep their size in bytes when they are folded, but for a few: then the comparison is exact.
  const std::string& searched = folded.size() == text.size() ? folded : text;
  const std::string& wanted = folded.size() == text.size() ? what : text_of(args[1]);
  for (std::size_t hit = searched.find(wanted); hit != std::string::npos; hit = searched.find(wanted, at)) {
    out.append(text, at, hit - at).append(to);
    at = hit + wanted.size();
  }
  return cut_to(result, out.append(text, at));
}

Value stuff(Environment&, const Type& result, std::span<const Value> args) {
  const std::string& text = text_of(args[0]);
  const std::int64_t start = integer_of(args[1]), count = integer_of(args[2]);
  if (start < 1 || start > static_cast<std::int64_t>(text_length(text)) || count < 0) return {};
  return cut_to(result, middle(text, 1, start - 1) + text_of(args[3]) + middle(text, start + count, 1LL << 40));
}

constexpr std::int64_t kMostBytes = 64LL << 20;

Value replicate(Environment&, const Type& result, std::span<const Value> args) {
  const std::string& text = text_of(args[0]);
  if (integer_of(args[1]) < 0) return {};
  std::int64_t count = integer_of(args[1]);
  const std::int64_t most = result.length < 0 ? kMostBytes : 4LL * result.length;
  if (!text.empty()) count = std::min(count, most / static_cast<std::int64_t>(text.size()) + 1);
  std::string out;
  if (!text.empty()) {
    for (; count > 0; --count) out += text;
  }
  return cut_to(result, out);
}

Value space(Environment&, const Type&, std::span<const Value> args) {
  if (integer_of(args[0]) < 0) return {};
  return std::string(static_cast<std::size_t>(std::min<std::int64_t>(integer_of(args[0]), 8000)), ' ');
}

Value reverse(Environment&, const Type&, std::span<const Value> args) {
  const std::string& text = text_of(args[0]);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = decode_utf8(text, at).length;
    out.insert(0, text, at, size);
    at += size;
  }
  return out;
}

Value concat(Environment&, const Type& result, std::span<const Value> args) {
  std::string out;
  for (const Value& arg : args) {
    if (const auto* text = std::get_if<std::string>(&arg)) out += *text;
  }
  return cut_to(result, out);
}

Value concat_with(Environment&, const Type& result, std::span<const Value> args) {
  const auto* separator = std::get_if<std::string>(&args[0]);
  std::string out;
  bool first = true;
  for (const Value& arg : args.subspan(1)) {
    const auto* text = std::get_if<std::string>(&arg);
    if (text == nullptr) continue;
    if (!first && separator != nullptr) out += *separator;
    out += *text;
    first = false;
  }
  return cut_to(result, out);
}

Value quote_name(Environment&, const Type&, std::span<const Value> args) {
  const std::string& name = text_of(args[0]);
  const std::string mark = args.size() > 1 ? text_of(args[1]) : "[";
  if (text_length(name) > 128) return {};
  if (mark == "[" || mark == "]") return bracketed(name);
  if (mark != "'" && mark != "\"") return {};
  std::string out = mark;
  for (const char c : name) out.append(c == mark[0] ? 2 : 1, c);
  return out + mark;
}

Value character(Environment&, const Type&, std::span<const Value> args) {
  const std::int64_t code = integer_of(args[0]);
  if (code < 0 || code > 255) return {};
  return std::get<std::string>(convert(std::string(1, static_cast<char>(code)), {.id = TypeId::varbinary, .length = 1},
                                       {.id = TypeId::character, .length = 1}, 0));
}

Value unicode_character(Environment&, const Type&, std::span<const Value> args) {
  if (integer_of(args[0]) < 0 || integer_of(args[0]) > 0xFFFF) return {};
  std::string out;
  append_utf8(out, static_cast<char32_t>(integer_of(args[0])));
  return out;
}

Value code_of_first(Environment&, const Type&, std::span<const Value> args) {
  const std::string& text = text_of(args[0]);
  if (text.empty()) return {};
  return static_cast<std::int64_t>(decode_utf8(text, 0).value);
}

/// args: number, length, decimals
Value str(Environment&, const Type&, std::span<const Value> args) {
  const auto width = static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(args[1]), 1, 8000));
  const int decimals = static_cast<int>(std::clamp<std::int64_t>(integer_of(args[2]), 0, 16));
  const std::string text = fmt::format("{:.{}f}", double_of(args[0]), decimals);
  if (text.size() <= width) return std::string(width - text.size(), ' ') + text;
  const std::size_t point = text.find('.');
  if (std::min(point, text.size()) > width) return std::string(width, '*');
  return text.substr(0, width);
}

}  // namespace

std::span<const RuntimeFunction> text_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({
      {"len", &length},
      {"datalength", &data_length},
      {"ltrim", &left_trimmed},
      {"rtrim", &right_trimmed},
      {"trim", &trimmed},
      {"upper", &upper_case},
      {"lower", &lower_case},
      {"substring", &substring},
      {"left", &left},
      {"right", &right},
      {"replace", &replace},
      {"stuff", &stuff},
      {"replicate", &replicate},
      {"space", &space},
      {"reverse", &reverse},
      {"concat", &concat, false},
      {"concat_ws", &concat_with, false},
      {"quotename", &quote_name},
      {"char", &character},
      {"nchar", &unicode_character},
      {"unicode", &code_of_first},
      {"str", &str},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
