#include "dba/base/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba {

namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;

constexpr UWide kNanoPerUnit = 1'000'000'000;
constexpr UWide kLargestUnits = std::numeric_limits<std::int64_t>::max();  ///< Binary quantities are capped here.
constexpr UWide kLargestNano = ~UWide{0} >> 1;

struct Suffix {
  std::string_view name;
  int exponent;  ///< Of 10, or of 2 for the binary ones.
};

constexpr std::array kDecimal{Suffix{"n", -9}, Suffix{"u", -6}, Suffix{"m", -3}, Suffix{"", 0},   Suffix{"k", 3},
                              Suffix{"M", 6},  Suffix{"G", 9},  Suffix{"T", 12}, Suffix{"P", 15}, Suffix{"E", 18}};
constexpr std::array kBinary{Suffix{"", 0},    Suffix{"Ki", 10}, Suffix{"Mi", 20}, Suffix{"Gi", 30},
                             Suffix{"Ti", 40}, Suffix{"Pi", 50}, Suffix{"Ei", 60}};

constexpr std::string_view kGrammar = "write a number and perhaps a unit, such as 2, 500m, 512Mi or 10Gi";
constexpr std::string_view kBadSuffix = "its unit is unknown, use one of m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei";
constexpr std::string_view kTooLarge = "the value is too large";
constexpr std::string_view kDigits = "0123456789";

/// A quantity taken apart, as text.
struct Parts {
  bool negative = false;
  std::string whole{};
  std::string fraction{};
  std::string_view suffix{};
};

std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of(kDigits));
  text.remove_prefix(digits.size());
  return digits;
}

/// Letters, then a sign, then digits, to the end; anything else breaks the grammar.
bool is_suffix_shaped(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("eEinumkKMGTP"), text.size()));
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

std::optional<Parts> split_parts(std::string_view text) {
  Parts parts;
  parts.negative = text.starts_with('-');
  if (parts.negative || text.starts_with('+')) text.remove_prefix(1);
  parts.whole = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
  }
  // Go takes "-" and "Ki" for zero; the pattern in the CRDs wants a digit, and so do we.
  if ((parts.whole.empty() && parts.fraction.empty()) || !is_suffix_shaped(text)) return std::nullopt;
  parts.suffix = text;
  return parts;
}

template <std::size_t N>
std::optional<int> find_exponent(const std::array<Suffix, N>& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Suffix& suffix) { return suffix.name == name; });
  if (found == table.end()) return std::nullopt;
  return found->exponent;
}

/// The number in "e3" or "E-6"; far exponents are pulled in to where every value is zero, one nano or too large anyway.
std::optional<int> parse_exponent(std::string_view suffix) {
  constexpr int kFar = 10'000;
  if (suffix.size() < 2 || (suffix.front() != 'e' && suffix.front() != 'E')) return std::nullopt;
  std::string_view digits = suffix.substr(1);
  if (digits.front() == '+') digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<int>(std::clamp<std::int64_t>(value, -kFar, kFar));
}

/// Moves the decimal point `places` to the right (left when negative).
void shift_point(Parts& parts, int places) {
  const auto count = static_cast<std::size_t>(std::abs(places));
  std::string& from = places > 0 ? parts.fraction : parts.whole;
  if (places > 0) {
    if (from.size() < count) from.append(count - from.size(), '0');
    parts.whole += from.substr(0, count);
    from.erase(0, count);
  } else if (places < 0) {
    if (from.size() < count) from.insert(0, count - from.size(), '0');
    parts.fraction.insert(0, from.substr(from.size() - count));
    from.erase(from.size() - count);
  }
}

/// whole.fraction × factor, rounded up; absent when it does not fit.
std::optional<UWide> multiply(const Parts& parts, UWide factor) {
  UWide total = 0;
  for (const char c : parts.whole) {
    if (__builtin_mul_overflow(total, UWide{10}, &total)) return std::nullopt;
    if (__builtin_add_overflow(total, static_cast<UWide>(c - '0'), &total)) return std::nullopt;
  }
  if (__builtin_mul_overflow(total, factor, &total)) return std::nullopt;
  // Long multiplication from the last digit on: what is carried past the point is the whole part of the product.
  UWide carry = 0;
  bool inexact = false;
  for (std::size_t i = parts.fraction.size(); i-- > 0;) {
    const UWide product = static_cast<UWide>(parts.fraction[i] - '0') * factor + carry;
    inexact = inexact || product % 10 != 0;
    carry = product / 10;
  }
  if (__builtin_add_overflow(total, carry + (inexact ? 1U : 0U), &total) || total > kLargestNano) return std::nullopt;
  return total;
}

/// `value` / `divisor`, rounded away from zero, held within int64.
std::int64_t divide_up(Wide value, Wide divisor) {
  const Wide rest = value % divisor;
  Wide quotient = value / divisor;
  if (rest != 0) quotient += value < 0 ? -1 : 1;
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  constexpr Wide kMin = std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(std::clamp(quotient, kMin, kMax));
}

std::string format_wide(UWide value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

bool is_binary_suffix(std::string_view lower_case) {
  return lower_case.size() == 2 && lower_case[1] == 'i' && lower_case.find_first_of("kmgtpe") == 0;
}

std::string to_upper_first(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// What the user most likely meant, e.g. "use 10Gi or 10G" for 10GB; empty when nothing is likely.
std::string suggestion(std::string_view text) {
  if (text.find_first_of(" \t") != std::string_view::npos) return "write it without blanks";
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  const std::string_view number = text.substr(0, end);
  std::string unit(text.substr(end));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (number.find_first_of(kDigits) == std::string_view::npos || unit.empty()) return "";
  if (unit == "b") return fmt::format("use {}: bytes have no suffix", number);
  if (unit.size() > 1 && unit.back() == 'b') unit.pop_back();
  if (is_binary_suffix(unit)) return fmt::format("use {}{}", number, to_upper_first(unit));
  if (unit.size() != 1 || unit.find_first_of("kmgtpe") != 0) return "";
  return fmt::format("use {0}{1}i or {0}{2}", number, to_upper_first(unit), unit == "k" ? "k" : to_upper_first(unit));
}

[[noreturn]] void fail(std::string_view text, std::string_view why) {
  const std::string advice = why == kTooLarge ? "" : suggestion(text);
  throw usage_error(fmt::format("\"{}\" is not a quantity: {}", text, advice.empty() ? why : advice));
}

}  // namespace

Quantity Quantity::parse(std::string_view text) {
  std::optional<Parts> parts = split_parts(text);
  if (!parts) fail(text, kGrammar);
  Quantity quantity;
  quantity.text_ = text;
  UWide factor = kNanoPerUnit;
  if (const auto decimal = find_exponent(kDecimal, parts->suffix)) {
    shift_point(*parts, *decimal);
  } else if (const auto binary = find_exponent(kBinary, parts->suffix)) {
    quantity.format_ = Format::binary;
    factor <<= *binary;
  } else if (const auto exponent = parse_exponent(parts->suffix)) {
    quantity.format_ = Format::exponent;
    shift_point(*parts, *exponent);
  } else {
    fail(text, kBadSuffix);
  }
  std::optional<UWide> nano = multiply(*parts, factor);
  if (quantity.format_ == Format::binary) {
    nano = std::min(nano.value_or(kLargestNano), kLargestUnits * kNanoPerUnit);
    if (*nano<kNanoPerUnit&& * nano> 0) quantity.format_ = Format::decimal;
  }
  if (!nano) fail(text, kTooLarge);
  quantity.nano_ = parts->negative ? -static_cast<Wide>(*nano) : static_cast<Wide>(*nano);
  return quantity;
}

std::optional<Quantity> Quantity::try_parse(std::string_view text) {
  try {
    return parse(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

Quantity Quantity::from_bytes(std::int64_t bytes) {
  Quantity quantity;
  quantity.nano_ = Nano{bytes} * static_cast<Nano>(kNanoPerUnit);
  quantity.format_ = Format::binary;
  quantity.text_ = quantity.canonical();
  return quantity;
}

std::string Quantity::canonical() const {
  if (is_zero()) return "0";
  const std::string sign = is_negative() ? "-" : "";
  UWide value = is_negative() ? ~static_cast<UWide>(nano_) + 1 : static_cast<UWide>(nano_);
  if (format_ == Format::binary && is_whole() && value >= 1024 * kNanoPerUnit) {
    value /= kNanoPerUnit;
    std::size_t step = 0;
    while (value % 1024 == 0 && step + 1 < kBinary.size()) {
      value /= 1024;
      ++step;
    }
    return sign + format_wide(value) + std::string(kBinary[step].name);
  }
  int exponent = -9;
  while (value % 1000 == 0 && (exponent < 18 || format_ == Format::exponent)) {
    value /= 1000;
    exponent += 3;
  }
  if (format_ == Format::exponent)
    return sign + format_wide(value) + (exponent == 0 ? "" : fmt::format("e{}", exponent));
  return sign + format_wide(value) + std::string(kDecimal[static_cast<std::size_t>((exponent + 9) / 3)].name);
}

std::string Quantity::whole_bytes_text(bool& rounded) const {
  rounded = !is_whole();
  if (!rounded) return text_;
  constexpr Wide kMebi = static_cast<Wide>(kNanoPerUnit) * 1024 * 1024;
  return fmt::format("{}Mi", divide_up(nano_, kMebi));
}

bool Quantity::is_whole() const { return nano_ % static_cast<Nano>(kNanoPerUnit) == 0; }

std::int64_t Quantity::units_rounded_up() const { return divide_up(nano_, static_cast<Nano>(kNanoPerUnit)); }

std::int64_t Quantity::milli_rounded_up() const { return divide_up(nano_, static_cast<Nano>(kNanoPerUnit) / 1000); }

bool Quantity::is_negative() const { return nano_ < 0; }

bool Quantity::is_zero() const { return nano_ == 0; }

std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) { return a.nano_ <=> b.nano_; }

bool operator==(const Quantity& a, const Quantity& b) { return a.nano_ == b.nano_; }

}  // namespace dba
