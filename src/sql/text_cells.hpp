#pragma once
// Values in the one text form that every driver's answer is brought to.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dba::sql {

void append_hex(const void* bytes, std::size_t size, std::string& into);  ///< Upper case, without 0x.

/// Microsoft's driver writes ".50" and "-.50" where FreeTDS writes a zero in front of the point, as this does.
void add_leading_zero(std::string& decimal);

/// The shortest text that reads back as the same number: "0.5", "1e+20".
std::string format_floating(double value);

struct TimestampParts {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::uint32_t nanoseconds = 0;
};
/// "2025-07-31 05:51:06.8300000" with `digits` after the point, no point for none.
std::string format_timestamp(const TimestampParts& parts, int digits);

}  // namespace dba::sql
