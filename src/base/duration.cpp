#include "dba/base/duration.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba {

namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;  ///< Magnitude of the smallest int64.
constexpr std::uint64_t kSecond = 1'000'000'000;

struct Unit {
  std::string_view name;
  std::uint64_t nanos;
};

/// Longer names first where one is a prefix of the other. Both code points that look like µ are accepted.
constexpr std::array kUnits{
    Unit{"ns", 1},         Unit{"us", 1'000},  Unit{"\u00b5s", 1'000},  Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", kSecond}, Unit{"m", 60 * kSecond}, Unit{"h", 3600 * kSecond},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::uint64_t digit_of(char c) { return static_cast<std::uint64_t>(c - '0'); }

/// Takes the leading digits; absent when they exceed kLimit.
std::optional<std::uint64_t> take_integer(std::string_view& text) {
  std::uint64_t value = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (value > kLimit / 10) return std::nullopt;
    value = value * 10 + digit_of(text.front());
    if (value > kLimit) return std::nullopt;
    text.remove_prefix(1);
  }
  return value;
}

/// Digits after the point as value / scale; digits past 19 places are dropped.
struct Fraction {
  std::uint64_t value = 0;
  double scale = 1;
};

Fraction take_fraction(std::string_view& text) {
  Fraction fraction;
  bool full = false;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    if (full) continue;
    const std::uint64_t next =
        fraction.value > (kLimit - 1) / 10 ? kLimit + 1 : fraction.value * 10 + digit_of(text.front());
    if (next > kLimit) {
      full = true;
      continue;
    }
    fraction.value = next;
    fraction.scale *= 10;
  }
  return fraction;
}

/// Takes everything up to the next digit or point as a unit; 0 when there is no such unit.
std::uint64_t take_unit(std::string_view& text) {
  const std::size_t end = text.find_first_of(".0123456789");
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(name.size());
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanos;
  }
  return 0;
}

/// One "1.5h"; absent when it is not one or too large.
std::optional<std::uint64_t> take_term(std::string_view& text) {
  const std::size_t before = text.size();
  const std::optional<std::uint64_t> whole = take_integer(text);
  bool has_digits = text.size() != before;
  Fraction fraction;
  if (whole && !text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t point = text.size();
    fraction = take_fraction(text);
    has_digits = has_digits || text.size() != point;
  }
  const std::uint64_t nanos = whole && has_digits ? take_unit(text) : 0;
  if (nanos == 0 || *whole > kLimit / nanos) return std::nullopt;
  // Floating point on purpose: a third of an hour written with 19 digits is twenty minutes in Go.
  const double parts = static_cast<double>(fraction.value) * (static_cast<double>(nanos) / fraction.scale);
  const std::uint64_t value = *whole * nanos + static_cast<std::uint64_t>(parts);
  if (value > kLimit) return std::nullopt;
  return value;
}

/// `value` / `unit` with the fraction's trailing zeros dropped: "1.5", "2".
std::string decimal(std::uint64_t value, std::uint64_t unit) {
  std::string out = fmt::format("{}", value / unit);
  std::uint64_t rest = value % unit;
  if (rest == 0) return out;
  out += '.';
  while (rest != 0) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return out;
}

std::string format_magnitude(std::uint64_t nanos) {
  if (nanos == 0) return "0s";
  if (nanos < 1'000) return fmt::format("{}ns", nanos);
  if (nanos < 1'000'000) return decimal(nanos, 1'000) + "\u00b5s";
  if (nanos < kSecond) return decimal(nanos, 1'000'000) + "ms";
  const std::uint64_t minutes = nanos / (60 * kSecond);
  std::string out = decimal(nanos % (60 * kSecond), kSecond) + "s";
  if (minutes > 0) out = fmt::format("{}m{}", minutes % 60, out);
  if (minutes >= 60) out = fmt::format("{}h{}", minutes / 60, out);
  return out;
}

/// "90": whole seconds; absent when `text` is anything else or does not fit.
std::optional<std::chrono::nanoseconds> try_parse_seconds(std::string_view text) {
  const std::optional<std::uint64_t> seconds = take_integer(text);
  if (!seconds || !text.empty() || *seconds > (kLimit - 1) / kSecond) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

}  // namespace

std::optional<std::chrono::nanoseconds> try_parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const std::optional<std::uint64_t> term = take_term(text);
    if (!term || *term > kLimit - total) return std::nullopt;
    total += *term;
  }
  if (total < kLimit) {
    const auto value = static_cast<std::int64_t>(total);
    return std::chrono::nanoseconds(negative ? -value : value);
  }
  if (!negative) return std::nullopt;
  return std::chrono::nanoseconds::min();
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  const auto bits = static_cast<std::uint64_t>(count);
  return count < 0 ? "-" + format_magnitude(~bits + 1) : format_magnitude(bits);
}

std::chrono::nanoseconds parse_timeout(std::string_view flag, std::string_view text) {
  std::optional<std::chrono::nanoseconds> timeout;
  if (!text.empty()) timeout = try_parse_seconds(text);
  if (!timeout) timeout = try_parse_duration(text);
  if (timeout && timeout->count() >= 0) return *timeout;
  throw usage_error(fmt::format(
      "{}: invalid timeout value \"{}\": use a whole number of seconds, or numbers with units such as 90s, 2m or 1h30m",
      flag, text));
}

std::string human_duration(std::int64_t seconds) {
  const auto pair = [](std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
    return small == 0 ? fmt::format("{}{}", large, large_unit)
                      : fmt::format("{}{}{}{}", large, large_unit, small, small_unit);
  };
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return fmt::format("{}m", minutes);
  const std::int64_t hours = seconds / 3600;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return fmt::format("{}h", hours);
  const std::int64_t days = hours / 24;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  constexpr std::int64_t kYear = 365;
  if (days < 2 * kYear) return fmt::format("{}d", days);
  if (days < 8 * kYear) return pair(days / kYear, 'y', days % kYear, 'd');
  return fmt::format("{}y", days / kYear);
}

}  // namespace dba
