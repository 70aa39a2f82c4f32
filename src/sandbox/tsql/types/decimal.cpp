#include "tsql/types/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr int kMostDigits = 38;

/// 320 bits: a product of two 38-digit numbers, or a dividend with 38 more digits. Enough for every step here.
struct Wide {
  std::array<std::uint32_t, 10> limbs{};  ///< Lowest first.
};

Wide widen(Digits value) {
  Wide wide;
  for (std::size_t i = 0; i < 4; ++i, value >>= 32) wide.limbs[i] = static_cast<std::uint32_t>(value);
  return wide;
}

std::optional<Digits> narrow(const Wide& wide) {
  if (std::any_of(wide.limbs.begin() + 4, wide.limbs.end(), [](std::uint32_t limb) { return limb != 0; })) return {};
  Digits value = 0;
  for (std::size_t i = 4; i-- > 0;) value = (value << 32) | wide.limbs[i];
  return value;
}

void times(Wide& wide, std::uint32_t factor) {
  std::uint64_t carry = 0;
  for (std::uint32_t& limb : wide.limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

std::uint32_t divide_by(Wide& wide, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = wide.limbs.size(); i-- > 0;) {
    rest = (rest << 32) | wide.limbs[i];
    wide.limbs[i] = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  return static_cast<std::uint32_t>(rest);
}

Wide product(const Wide& a, const Wide& b) {
  Wide out;
  for (std::size_t i = 0; i < 5; ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; i + j < out.limbs.size(); ++j) {
      carry += std::uint64_t{a.limbs[i]} * b.limbs[j] + out.limbs[i + j];
      out.limbs[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  return out;
}

int compare(const Wide& a, const Wide& b) {
  for (std::size_t i = a.limbs.size(); i-- > 0;) {
    if (a.limbs[i] != b.limbs[i]) return a.limbs[i] < b.limbs[i] ? -1 : 1;
  }
  return 0;
}

void subtract(Wide& a, const Wide& b) {
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    const std::int64_t difference = std::int64_t{a.limbs[i]} - b.limbs[i] - borrow;
    a.limbs[i] = static_cast<std::uint32_t>(difference);
    borrow = difference < 0 ? 1 : 0;
  }
}

void add_to(Wide& a, const Wide& b) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    carry += std::uint64_t{a.limbs[i]} + b.limbs[i];
    a.limbs[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

/// Quotient; `a` becomes the remainder. One bit after the other.
Wide quotient(Wide& a, const Wide& b) {
  Wide result, rest;
  for (std::size_t bit = a.limbs.size() * 32; bit-- > 0;) {
    times(rest, 2);
    rest.limbs[0] |= (a.limbs[bit / 32] >> (bit % 32)) & 1U;
    if (compare(rest, b) >= 0) {
      subtract(rest, b);
      result.limbs[bit / 32] |= 1U << (bit % 32);
    }
  }
  a = rest;
  return result;
}

void times_ten(Wide& wide, int power) {
  for (; power > 0; --power) times(wide, 10);
}

/// Drops `places` digits, rounding half up by the last one dropped.
void drop_digits(Wide& wide, int places) {
  std::uint32_t last = 0;
  for (; places > 0; --places) last = divide_by(wide, 10);
  if (last >= 5) add_to(wide, widen(1));
}

Digits power_of_ten(int power) {
  Digits value = 1;
  for (; power > 0; --power) value *= 10;
  return value;
}

std::optional<Decimal> made(bool negative, const Wide& wide, int scale) {
  const std::optional<Digits> digits = narrow(wide);
  if (!digits || *digits >= power_of_ten(kMostDigits)) return {};
  return Decimal{negative && *digits != 0, *digits, scale};
}

/// Both with the bigger scale.
int align(const Decimal& a, const Decimal& b, Wide& x, Wide& y) {
  const int scale = std::max(a.scale, b.scale);
  x = widen(a.digits), y = widen(b.digits);
  times_ten(x, scale - a.scale);
  times_ten(y, scale - b.scale);
  return scale;
}

}  // namespace

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.negative != b.negative) return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  Wide x, y;
  align(a, b, x, y);
  const int order = compare(x, y) * (a.negative ? -1 : 1);
  return order <=> 0;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  Decimal value;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    value.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto read = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (read.ec != std::errc() || read.ptr != power.data() + power.size() || std::abs(exponent) > 100) return {};
    text = text.substr(0, e);
  }
  bool point = false;
  int digits = 0, significant = 0;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return {};
    ++digits;
    if (value.digits != 0 || c != '0') ++significant;
    if (significant > kMostDigits) {
      if (!point) return {};
      continue;  // digits behind the 38th are cut off
    }
    value.digits = value.digits * 10 + static_cast<unsigned>(c - '0');
    if (point) ++value.scale;
  }
  if (digits == 0) return {};
  if (value.digits == 0) value.negative = false;
  value.scale -= exponent;
  if (value.scale < 0) {
    Wide wide = widen(value.digits);
    if (value.digits != 0) times_ten(wide, std::min(-value.scale, 60));
    return made(value.negative, wide, 0);
  }
  return value.scale > kMostDigits ? rescale(value, kMostDigits) : value;
}

std::string format_decimal(const Decimal& value) {
  std::string reversed;
  Digits digits = value.digits;
  int written = 0;
  while (digits != 0 || written <= value.scale) {
    if (written == value.scale && value.scale > 0) reversed += '.';
    reversed += static_cast<char>('0' + static_cast<int>(digits % 10));
    digits /= 10;
    ++written;
  }
  if (value.negative) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

double to_double(const Decimal& value) { return std::strtod(format_decimal(value).c_str(), nullptr); }

Decimal decimal_from(std::int64_t value) {
  const bool negative = value < 0;
  return {negative, negative ? ~static_cast<std::uint64_t>(value) + 1U : static_cast<std::uint64_t>(value), 0};
}

std::optional<Decimal> decimal_from(double value, int scale) {
  if (!std::isfinite(value) || std::fabs(value) >= 1e38) return {};
  std::array<char, 128> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific, 16);
  const std::optional<Decimal> exact = parse_decimal({buffer.data(), end.ptr});
  return exact ? rescale(*exact, scale) : std::nullopt;
}

std::optional<Decimal> rescale(const Decimal& value, int scale) {
  Wide wide = widen(value.digits);
  if (scale >= value.scale) {
    times_ten(wide, scale - value.scale);
  } else {
    drop_digits(wide, value.scale - scale);
  }
  return made(value.negative, wide, scale);
}

Decimal truncate_to(const Decimal& value, int scale) {
  Decimal cut{value.negative, value.digits, scale};
  for (int dropped = value.scale - scale; dropped > 0; --dropped) cut.digits /= 10;
  if (cut.digits == 0) cut.negative = false;
  return cut;
}

bool fits(const Decimal& value, int precision) { return value.digits < power_of_ten(precision); }

std::optional<Decimal> add(const Decimal& a, const Decimal& b, int scale) {
  Wide x, y;
  const int both = align(a, b, x, y);
  bool negative = a.negative;
  if (a.negative == b.negative) {
    add_to(x, y);
  } else {
    if (compare(x, y) < 0) {
      std::swap(x, y);
      negative = b.negative;
    }
    subtract(x, y);
  }
  if (scale < both) {
    drop_digits(x, both - scale);
  } else {
    times_ten(x, scale - both);
  }
  return made(negative, x, scale);
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b, int scale) {
  Wide wide = product(widen(a.digits), widen(b.digits));
  const int both = a.scale + b.scale;
  if (scale < both) {
    drop_digits(wide, both - scale);
  } else {
    times_ten(wide, scale - both);
  }
  return made(a.negative != b.negative, wide, scale);
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b, int scale) {
  Wide dividend = widen(a.digits), divisor = widen(b.digits);
  const int shift = scale - a.scale + b.scale;
  if (shift >= 0) {
    times_ten(dividend, std::min(shift, 57));
  } else {
    times_ten(divisor, -shift);
  }
  return made(a.negative != b.negative, quotient(dividend, divisor), scale);
}

std::optional<Decimal> remainder(const Decimal& a, const Decimal& b, int scale) {
  Wide x, y;
  const int both = align(a, b, x, y);
  quotient(x, y);
  const std::optional<Decimal> rest = made(a.negative, x, both);
  return rest ? rescale(*rest, scale) : std::nullopt;
}

Decimal negated(Decimal value) {
  value.negative = !value.negative && value.digits != 0;
  return value;
}

}  // namespace dba::sandbox::sqlserver::tsql
