#pragma once
// Points in time as SQL Server writes them ("2026-01-02 03:04:05.1230000 +01:00") and as the wire counts them.

#include <cstdint>
#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tds {

struct Moment {
  std::int64_t days = 0;   ///< Since 0001-01-01; that day when the text has no date.
  std::int64_t ticks = 0;  ///< Of 100 ns, since midnight.
  int offset = 0;          ///< Minutes east of UTC that the other two are in.
  friend bool operator==(const Moment&, const Moment&) = default;
};

inline constexpr std::int64_t kTicksPerSecond = 10'000'000;
inline constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;
inline constexpr std::int64_t kDaysUntil1900 = 693'595;
inline constexpr std::int64_t kMostDays = 3'652'058;  ///< 9999-12-31

/// A date, a time of day, or both with a blank or "T" between them; a fraction of up to seven digits; an offset.
/// @throws Error (unexpected) for anything else.
Moment parse_moment(std::string_view text);

std::string format_date(std::int64_t days);                ///< "2026-01-02"
std::string format_time(std::int64_t ticks, int digits);   ///< "03:04:05.123"
std::string format_offset(int minutes);                    ///< "+01:00"
Moment moved(const Moment& moment, std::int64_t minutes);  ///< Later (or earlier) by so much.
std::int64_t in_units(std::int64_t ticks, int digits);     ///< 100 ns → units of 10^-digits seconds.
std::int64_t from_units(std::int64_t units, int digits);

}  // namespace dba::sandbox::sqlserver::tds
