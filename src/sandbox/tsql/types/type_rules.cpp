#include "tsql/types/type_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tds/text.hpp"
#include "tsql/errors.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

enum class Sizes { none, length, precision, fraction };

struct TypeRow {
  std::string_view name;
  TypeId id;
  Sizes sizes;
  int most;        ///< length: what may stand in parentheses
  int precedence;  ///< bigger wins
};

constexpr auto kTypes = std::to_array<TypeRow>({
    {"bit", TypeId::bit, Sizes::none, 0, 10},
    {"tinyint", TypeId::tiny_int, Sizes::none, 0, 11},
    {"smallint", TypeId::small_int, Sizes::none, 0, 12},
    {"int", TypeId::integer, Sizes::none, 0, 13},
    {"bigint", TypeId::big_int, Sizes::none, 0, 14},
    {"real", TypeId::real, Sizes::none, 0, 18},
    {"float", TypeId::floating, Sizes::none, 0, 19},
    {"decimal", TypeId::decimal, Sizes::precision, 38, 17},
    {"money", TypeId::money, Sizes::none, 0, 16},
    {"char", TypeId::character, Sizes::length, 8000, 3},
    {"varchar", TypeId::varchar, Sizes::length, 8000, 4},
    {"nchar", TypeId::nchar, Sizes::length, 4000, 5},
    {"nvarchar", TypeId::nvarchar, Sizes::length, 4000, 6},
    {"binary", TypeId::binary, Sizes::length, 8000, 1},
    {"varbinary", TypeId::varbinary, Sizes::length, 8000, 2},
    {"date", TypeId::date, Sizes::none, 0, 21},
    {"time", TypeId::time, Sizes::fraction, 7, 20},
    {"datetime", TypeId::datetime, Sizes::none, 0, 23},
    {"smalldatetime", TypeId::small_datetime, Sizes::none, 0, 22},
    {"datetime2", TypeId::datetime2, Sizes::fraction, 7, 24},
    {"datetimeoffset", TypeId::datetime_offset, Sizes::fraction, 7, 25},
    {"uniqueidentifier", TypeId::unique_identifier, Sizes::none, 0, 7},
});

/// The decimals that hold all values of other exact numbers.
struct DigitsRow {
  TypeId id;
  int precision, scale;
};
constexpr auto kDigits = std::to_array<DigitsRow>({{TypeId::bit, 1, 0},
                                                   {TypeId::tiny_int, 3, 0},
                                                   {TypeId::small_int, 5, 0},
                                                   {TypeId::integer, 10, 0},
                                                   {TypeId::big_int, 19, 0},
                                                   {TypeId::money, 19, 4}});

struct Synonym {
  std::string_view name, means;
};
constexpr auto kSynonyms = std::to_array<Synonym>({{"integer", "int"},
                                                   {"dec", "decimal"},
                                                   {"numeric", "decimal"},
                                                   {"character", "char"},
                                                   {"ncharacter", "nchar"},
                                                   {"ntext", "nvarchar"},
                                                   {"text", "varchar"},
                                                   {"image", "varbinary"},
                                                   {"smallmoney", "money"},
                                                   {"sysname", "nvarchar"},
                                                   {"sql_variant", "nvarchar"}});

const TypeRow& row_of(TypeId id) {
  return *std::ranges::find_if(kTypes, [id](const TypeRow& row) { return row.id == id; });
}

[[noreturn]] void fail_sizes(int line) {
  fail(1001, fmt::format("Line {}: Length or precision specification 0 is invalid.", line), 15, 1, line);
}

Type decimal_of(int precision, int scale) {
  // Too many digits: the fraction gives way, down to six digits.
  if (precision > 38) {
    const int whole = precision - scale;
    scale = std::max(std::min(scale, 6), std::min(scale, 38 - whole));
    precision = 38;
  }
  return {.id = TypeId::decimal, .precision = precision, .scale = std::max(scale, 0)};
}

int longest(const Type& a, const Type& b) { return a.length < 0 || b.length < 0 ? -1 : std::max(a.length, b.length); }

[[noreturn]] void fail_clash(const Type& a, const Type& b) {
  fail(206, fmt::format("Operand type clash: {} is incompatible with {}", type_name(a.id), type_name(b.id)), 16, 2);
}

/// How many characters a value of a type takes when it becomes text.
int text_size(const Type& type) {
  if (is_text(type)) return type.length;
  if (is_bytes(type)) return type.length;
  return type.id == TypeId::unique_identifier ? 36 : 48;
}

}  // namespace

Type get_type(std::string_view name, std::span<const int> sizes, int line) {
  const std::string_view asked = name;
  const auto* synonym = std::ranges::find(kSynonyms, name, &Synonym::name);
  if (synonym != kSynonyms.end()) name = synonym->means;
  const auto* row = std::ranges::find(kTypes, name, &TypeRow::name);
  if (row == kTypes.end()) {
    fail(2715, fmt::format("Column, parameter, or variable #1: Cannot find data type {}.", asked), 16, 6, line);
  }
  if (asked == "ntext" || asked == "text" || asked == "image") return {.id = row->id, .length = -1};
  if (asked == "sysname") return {.id = row->id, .length = 128};
  if (asked == "sql_variant") return {.id = row->id, .length = 4000};
  if (row->id == TypeId::floating && sizes.size() == 1) return {.id = sizes[0] <= 24 ? TypeId::real : TypeId::floating};
  Type type{.id = row->id};
  switch (row->sizes) {
    case Sizes::none:
      if (!sizes.empty())
        fail(2716,
             fmt::format("Column, parameter, or variable #1: Cannot specify a column width on data type {}.", asked),
             16, 1, line);
      break;
    case Sizes::length:
      type.length = sizes.empty() ? 1 : sizes[0];
      if (type.length == 0) fail_sizes(line);
      if (type.length > row->most) {
        fail(131,
             fmt::format("The size ({}) given to the type '{}' exceeds the maximum allowed for any data type ({}).",
                         type.length, asked, row->most),
             15, 3, line);
      }
      break;
    case Sizes::precision:
      type.precision = sizes.empty() ? 18 : sizes[0];
      type.scale = sizes.size() > 1 ? sizes[1] : 0;
      if (type.precision == 0) fail_sizes(line);
      if (type.precision > 38 || type.scale > type.precision) {
        fail(2750,
             fmt::format(
                 "Column or parameter #1: Specified column precision {} is greater than the maximum precision of 38.",
                 type.precision),
             16, 1, line);
      }
      break;
    case Sizes::fraction:
      type.scale = sizes.empty() ? 7 : sizes[0];
      if (type.scale > 7)
        fail(1002, fmt::format("Line {}: Specified scale {} is invalid.", line, type.scale), 16, 1, line);
      break;
  }
  return type;
}

std::string type_name(TypeId id) { return std::string(row_of(id).name); }

std::string format_type(const Type& type) {
  const TypeRow& row = row_of(type.id);
  switch (row.sizes) {
    case Sizes::none:
      return std::string(row.name);
    case Sizes::length:
      return type.length < 0 ? fmt::format("{}(max)", row.name) : fmt::format("{}({})", row.name, type.length);
    case Sizes::precision:
      return fmt::format("{}({},{})", row.name, type.precision, type.scale);
    case Sizes::fraction:
      return fmt::format("{}({})", row.name, type.scale);
  }
  return std::string(row.name);
}

std::int64_t type_code(const Type& type) {
  return ((std::int64_t{type.length + 1} * 64 + type.precision) * 64 + type.scale) * 64 +
         static_cast<std::int64_t>(type.id);
}

Type type_of_code(std::int64_t code) {
  return {.id = static_cast<TypeId>(code % 64),
          .length = static_cast<int>(code / (64 * 64 * 64)) - 1,
          .precision = static_cast<int>(code / (64 * 64) % 64),
          .scale = static_cast<int>(code / 64 % 64)};
}

bool is_text(const Type& type) {
  return type.id == TypeId::character || type.id == TypeId::varchar || is_unicode(type);
}
bool is_unicode(const Type& type) { return type.id == TypeId::nchar || type.id == TypeId::nvarchar; }
bool is_fixed_length(const Type& type) {
  return type.id == TypeId::character || type.id == TypeId::nchar || type.id == TypeId::binary;
}
bool is_bytes(const Type& type) { return type.id == TypeId::binary || type.id == TypeId::varbinary; }
bool is_integer(const Type& type) { return type.id <= TypeId::big_int; }
bool is_exact(const Type& type) { return type.id == TypeId::decimal || type.id == TypeId::money; }
bool is_float(const Type& type) { return type.id == TypeId::real || type.id == TypeId::floating; }
bool is_number(const Type& type) { return is_integer(type) || is_exact(type) || is_float(type); }
bool is_temporal(const Type& type) { return type.id >= TypeId::date && type.id <= TypeId::datetime_offset; }

Type as_decimal(const Type& type) {
  const auto* row = std::ranges::find(kDigits, type.id, &DigitsRow::id);
  return row == kDigits.end() ? type : decimal_of(row->precision, row->scale);
}

Type common_type(const Type& a, const Type& b) {
  if (a == b) return a;
  const Type& winner = row_of(a.id).precedence >= row_of(b.id).precedence ? a : b;
  const Type& other = &winner == &a ? b : a;
  if (winner.id == TypeId::decimal) {
    if (is_temporal(other) || other.id == TypeId::unique_identifier) fail_clash(other, winner);
    if (!is_integer(other) && !is_exact(other)) return winner;
    const Type left = as_decimal(winner), right = as_decimal(other);
    const int scale = std::max(left.scale, right.scale);
    return decimal_of(std::max(left.precision - left.scale, right.precision - right.scale) + scale, scale);
  }
  if (winner.id == TypeId::unique_identifier || is_number(winner)) {
    if (other.id == TypeId::unique_identifier) fail_clash(other, winner);
    return winner;
  }
  if (is_temporal(winner)) {
    if (other.id == TypeId::unique_identifier) fail_clash(other, winner);
    if (is_number(other) && winner.id != TypeId::datetime && winner.id != TypeId::small_datetime)
      fail_clash(other, winner);
    Type type = winner;
    if (is_temporal(other) && type.scale < other.scale) type.scale = other.scale;
    return type;
  }
  Type type = winner;
  type.length = longest(a, b);
  if (a.id != b.id && is_text(a) && is_text(b)) {
    const bool unicode = is_unicode(a) || is_unicode(b);
    type.id = unicode ? (winner.id == TypeId::nchar && is_fixed_length(other) ? TypeId::nchar : TypeId::nvarchar)
                      : TypeId::varchar;
    if (unicode && type.length > 4000) type.length = -1;
  }
  if (a.id != b.id && is_bytes(a) && is_bytes(b)) type.id = TypeId::varbinary;
  return type;
}

Type arithmetic_type(std::string_view operation, const Type& a, const Type& b) {
  const char op = operation[0];
  if (op == '+' && ((is_text(a) && is_text(b)) || (is_bytes(a) && is_bytes(b)))) {
    const bool unicode = is_unicode(a) || is_unicode(b);
    const int most = unicode ? 4000 : 8000;
    const int length = a.length < 0 || b.length < 0 ? -1 : std::min(text_size(a) + text_size(b), most);
    return {.id = is_bytes(a) ? TypeId::varbinary : unicode ? TypeId::nvarchar : TypeId::varchar, .length = length};
  }
  if ((op == '&' || op == '|' || op == '^') && (!is_integer(a) || !is_integer(b))) {
    fail(402, fmt::format("The data types {} and {} are incompatible in the '{}' operator.", type_name(a.id),
                          type_name(b.id), operation));
  }
  const auto takes_days = [](const Type& type) {
    return type.id == TypeId::datetime || type.id == TypeId::small_datetime;
  };
  if ((op == '+' || op == '-') && (takes_days(a) || takes_days(b)) &&
      (is_number(a) || is_number(b) || (takes_days(a) && takes_days(b)))) {
    return {.id = TypeId::datetime};
  }
  for (const Type* type : {&a, &b}) {
    if (is_temporal(*type) || type->id == TypeId::unique_identifier ||
        (is_bytes(*type) && !is_integer(a) && !is_integer(b))) {
      const std::string_view word = op == '+'   ? "add"
                                    : op == '-' ? "subtract"
                                    : op == '*' ? "multiply"
                                    : op == '/' ? "divide"
                                                : "modulo";
      fail(8117, fmt::format("Operand data type {} is invalid for {} operator.", type_name(type->id), word));
    }
  }
  if (is_text(a) && is_text(b)) {
    fail(402,
         fmt::format("The data types {} and {} are incompatible in the {} operator.", type_name(a.id), type_name(b.id),
                     op == '-'   ? "subtract"
                     : op == '*' ? "multiply"
                     : op == '/' ? "divide"
                     : op == '%' ? "modulo"
                                 : operation));
  }
  const Type common = common_type(a, b);
  if (common.id != TypeId::decimal)
    return common.id == TypeId::bit && op != '&' && op != '|' && op != '^' ? Type{.id = TypeId::integer} : common;
  const Type x = is_number(a) ? as_decimal(a) : b, y = is_number(b) ? as_decimal(b) : a;
  switch (op) {
    case '*':
      return decimal_of(x.precision + y.precision + 1, x.scale + y.scale);
    case '/': {
      const int scale = std::max(6, x.scale + y.precision + 1);
      return decimal_of(x.precision - x.scale + y.scale + scale, scale);
    }
    case '%': {
      const int scale = std::max(x.scale, y.scale);
      return decimal_of(std::min(x.precision - x.scale, y.precision - y.scale) + scale, scale);
    }
    default: {
      const int scale = std::max(x.scale, y.scale);
      return decimal_of(std::max(x.precision - x.scale, y.precision - y.scale) + scale + 1, scale);
    }
  }
}

std::size_t text_length(std::string_view utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string text_prefix(std::string_view utf8, std::size_t units) {
  std::size_t taken = 0, at = 0;
  while (at < utf8.size()) {
    const auto byte = static_cast<unsigned char>(utf8[at]);
    const std::size_t wide = byte >= 0xF0 ? 2 : 1;
    if (taken + wide > units) break;
    taken += wide;
    ++at;
    while (at < utf8.size() && (static_cast<unsigned char>(utf8[at]) & 0xC0) == 0x80) ++at;
  }
  return std::string(utf8.substr(0, at));
}

std::string to_code_page(std::string_view utf8) {
  if (std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(utf8);
  return tds::from_code_page(tds::to_code_page(utf8));
}

}  // namespace dba::sandbox::sqlserver::tsql
