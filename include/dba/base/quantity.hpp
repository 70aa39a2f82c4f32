#pragma once
// Kubernetes resource quantities ("10Gi", "500m", "1e3"): exact, compared by value, never by text.
// @source k8s.io/apimachinery pkg/api/resource (grammar, rounding up beyond nano, canonical form).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba {

class Quantity {
 public:
  /// @throws Error (usage) saying what would be right, "use 10Gi" for common slips such as 10GB.
  static Quantity parse(std::string_view text);
  /// Absent when `text` is not a quantity.
  static std::optional<Quantity> try_parse(std::string_view text);
  static Quantity from_bytes(std::int64_t bytes);  ///< Binary format.

  /// Largest suffix with a whole mantissa; the format (decimal, binary, exponent) is kept from parsing.
  std::string canonical() const;
  /// As typed when a whole number of units, else rounded up to the next whole Mi ("1.7Gi" → "1741Mi").
  std::string whole_bytes_text(bool& rounded) const;
  bool is_whole() const;                  ///< No fraction of a unit.
  std::int64_t units_rounded_up() const;  ///< Bytes or cores, rounded away from zero; saturates at the int64 limits.
  std::int64_t milli_rounded_up() const;  ///< Thousandths, rounded away from zero; saturates.
  bool is_negative() const;               ///< Below zero.
  bool is_zero() const;                   ///< In whatever unit.
  const std::string& text() const { return text_; }  ///< As typed.

  friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b);
  friend bool operator==(const Quantity& a, const Quantity& b);

 private:
  enum class Format { decimal, binary, exponent };
  __extension__ typedef __int128 Nano;
  Nano nano_ = 0;  ///< Value in 10^-9 units.
  Format format_ = Format::decimal;
  std::string text_;
};

}  // namespace dba
