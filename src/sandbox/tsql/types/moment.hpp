#pragma once
// Dates and times of T-SQL: reading and writing them in SQL Server's formats, and the arithmetic of DATEADD and
// DATEDIFF.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dba/base/timestamp.hpp"

#include "tds/session.hpp"
#include "tds/temporal.hpp"

namespace dba::sandbox::sqlserver::tsql {

using tds::kTicksPerDay, tds::kTicksPerSecond, tds::Moment;

Moment moment_of(WallTime utc);
/// Days since 0001-01-01. Absent when there is no such day in the years 1 to 9999.
std::optional<std::int64_t> day_number(std::int64_t year, std::int64_t month, std::int64_t day);

struct Civil {
  int year = 1, month = 1, day = 1;
};
Civil civil(std::int64_t days);

/// Any text SQL Server takes for a date, a time or both: "2026-01-02T03:04:05.123Z", "20260102 03:04", "01/02/2026",
/// "Jan 2 2026 3:04AM", "03:04:05", and what format_moment writes. A time
/// alone is on 1900-01-01.
/// @param day_first "02/01/2026" is the second of January
std::optional<Moment> parse_moment(std::string_view text, bool day_first = false);

/// What `type` keeps of it: fractional digits, 1/300 s of datetime, minutes of smalldatetime. Absent = out of range.
std::optional<Moment> rounded(const Moment& moment, const Type& type);
/// In canonical form; `moment` is rounded already.
std::string format_moment(const Moment& moment, const Type& type);
/// As CONVERT(varchar, …, style) writes it. Absent = no such style.
std::optional<std::string> format_style(const Moment& moment, const Type& type, int style);

enum class DatePart {
  year,
  quarter,
  month,
  day_of_year,
  day,
  week,
  weekday,
  hour,
  minute,
  second,
  millisecond,
  microsecond,
  nanosecond,
  offset
};
/// "year", "yy", "yyyy", "dd" … @returns absent for a word that is none
std::optional<DatePart> find_date_part(std::string_view word);
std::int64_t part_of(const Moment& moment, DatePart part);
/// Absent = beyond the years 1 to 9999.
std::optional<Moment> date_add(const Moment& moment, DatePart part, std::int64_t count);
/// Boundaries crossed between two moments. Absent = does not fit into 64 bits.
std::optional<std::int64_t> date_diff(const Moment& from, const Moment& to, DatePart part);
std::string_view month_name(int month);      ///< 1 to 12
std::string_view weekday_name(int weekday);  ///< 1 = Sunday

}  // namespace dba::sandbox::sqlserver::tsql
