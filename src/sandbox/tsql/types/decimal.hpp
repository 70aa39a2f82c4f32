#pragma once
// Exact decimals of up to 38 digits, with SQL Server's rounding (half away from zero).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tsql {

__extension__ typedef unsigned __int128 Digits;

struct Decimal {
  bool negative = false;
  Digits digits = 0;  ///< Below 10^38.
  int scale = 0;      ///< How many of the digits are behind the point.

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);  ///< By value: 1.50 equals 1.5.
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == std::strong_ordering::equal; }
};

/// "-12.50", "+3", "1e5"; blanks around it are passed over. Absent when it is not a number or has over 38 digits.
std::optional<Decimal> parse_decimal(std::string_view text);
std::string format_decimal(const Decimal& value);  ///< With exactly `scale` digits behind the point.
double to_double(const Decimal& value);
Decimal decimal_from(std::int64_t value);
/// Rounded to `scale`; absent when it does not fit into 38 digits.
std::optional<Decimal> decimal_from(double value, int scale);

/// The value with another scale, rounded. Absent when it has more than 38 digits then.
std::optional<Decimal> rescale(const Decimal& value, int scale);
Decimal truncate_to(const Decimal& value, int scale);  ///< Cut off, not rounded; `scale` is not above the value's.
bool fits(const Decimal& value, int precision);        ///< Not more digits than that.

// Results with the scale asked for; absent = does not fit.
std::optional<Decimal> add(const Decimal& a, const Decimal& b, int scale);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b, int scale);
std::optional<Decimal> divide(const Decimal& a, const Decimal& b, int scale);  ///< b is not 0; cut off like the server.
std::optional<Decimal> remainder(const Decimal& a, const Decimal& b, int scale);
Decimal negated(Decimal value);

}  // namespace dba::sandbox::sqlserver::tsql
