#pragma once
// Decimal numbers of up to 38 digits between text ("-12.50") and the wire's sign and little-endian magnitude.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tds {

inline constexpr int kMoneyScale = 4;  ///< Digits of money behind the point.

struct Magnitude {
  bool negative = false;
  std::string bytes{};  ///< Little-endian, of the size asked for.
};

/// The number without its point, moved so that `scale` digits stand behind it; absent when the text is no number, loses
/// digits, or does not fit into `size` bytes.
std::optional<Magnitude> parse_decimal(std::string_view text, int scale, std::size_t size);
std::string format_decimal(const Magnitude& magnitude, int scale);

/// Bytes of the magnitude of numbers with so many digits. @source [MS-TDS] 2.2.5.5.1.6
std::size_t decimal_size(int precision);

}  // namespace dba::sandbox::sqlserver::tds
