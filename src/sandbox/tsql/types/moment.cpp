#include "tsql/types/moment.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

using std::chrono::sys_days;
constexpr sys_days kFirstDay{std::chrono::year{1} / 1 / 1};

constexpr auto kMonths =
    std::to_array<std::string_view>({"January", "February", "March", "April", "May", "June", "July", "August",
                                     "September", "October", "November", "December"});
constexpr auto kDays =
    std::to_array<std::string_view>({"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"});

struct PartName {
  std::string_view name;
  DatePart part;
};
constexpr auto kParts = std::to_array<PartName>({
    {"year", DatePart::year},
    {"yy", DatePart::year},
    {"yyyy", DatePart::year},
    {"quarter", DatePart::quarter},
    {"qq", DatePart::quarter},
    {"q", DatePart::quarter},
    {"month", DatePart::month},
    {"mm", DatePart::month},
    {"m", DatePart::month},
    {"dayofyear", DatePart::day_of_year},
    {"dy", DatePart::day_of_year},
    {"y", DatePart::day_of_year},
    {"day", DatePart::day},
    {"dd", DatePart::day},
    {"d", DatePart::day},
    {"week", DatePart::week},
    {"wk", DatePart::week},
    {"ww", DatePart::week},
    {"weekday", DatePart::weekday},
    {"dw", DatePart::weekday},
    {"hour", DatePart::hour},
    {"hh", DatePart::hour},
    {"minute", DatePart::minute},
    {"mi", DatePart::minute},
    {"n", DatePart::minute},
    {"second", DatePart::second},
    {"ss", DatePart::second},
    {"s", DatePart::second},
    {"millisecond", DatePart::millisecond},
    {"ms", DatePart::millisecond},
    {"microsecond", DatePart::microsecond},
    {"mcs", DatePart::microsecond},
    {"nanosecond", DatePart::nanosecond},
    {"ns", DatePart::nanosecond},
    {"tzoffset", DatePart::offset},
    {"tz", DatePart::offset},
});

/// A day and ticks, whatever the sum of both is.
std::optional<Moment> normal(std::int64_t days, std::int64_t ticks, int offset) {
  days += ticks / kTicksPerDay;
  ticks %= kTicksPerDay;
  if (ticks < 0) ticks += kTicksPerDay, --days;
  if (days < 0 || days > tds::kMostDays) return {};
  return Moment{days, ticks, offset};
}

int weekday_of(std::int64_t days) { return static_cast<int>((days + 1) % 7) + 1; }  // 0001-01-01 was a Monday

std::int64_t first_of_year(int year) { return *day_number(year, 1, 1); }

/// Ticks of one unit of the parts that are a fixed span; 0 for the others.
std::int64_t ticks_of(DatePart part) {
  switch (part) {
    case DatePart::hour:
      return 3600 * kTicksPerSecond;
    case DatePart::minute:
      return 60 * kTicksPerSecond;
    case DatePart::second:
      return kTicksPerSecond;
    case DatePart::millisecond:
      return kTicksPerSecond / 1000;
    case DatePart::microsecond:
      return 10;
    case DatePart::nanosecond:
    case DatePart::year:
    case DatePart::quarter:
    case DatePart::month:
    case DatePart::day_of_year:
    case DatePart::day:
    case DatePart::week:
    case DatePart::weekday:
    case DatePart::offset:
      return 0;
  }
  return 0;
}

std::int64_t months_of(const Moment& moment) {
  const Civil date = civil(moment.days);
  return std::int64_t{date.year} * 12 + date.month - 1;
}

}  // namespace

Moment moment_of(WallTime utc) {
  const auto day = std::chrono::floor<std::chrono::days>(utc);
  const std::int64_t nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(utc - day).count();
  return {(day - kFirstDay).count(), nanos / 100, 0};
}

std::optional<std::int64_t> day_number(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return {};
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return {};
  return (sys_days{date} - kFirstDay).count();
}

Civil civil(std::int64_t days) {
  const std::chrono::year_month_day date{kFirstDay + std::chrono::days{days}};
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

std::optional<Moment> rounded(const Moment& moment, const Type& type) {
  if (!is_temporal(type)) return moment;
  if (type.id == TypeId::date) return Moment{moment.days, 0, 0};
  if (type.id == TypeId::datetime) {
    if (moment.days < *day_number(1753, 1, 1)) return {};
    const std::int64_t thirds = (moment.ticks * 300 + kTicksPerSecond / 2) / kTicksPerSecond;
    // kept in whole milliseconds: .000, .003, .007
    return normal(moment.days, (thirds * 10 + 1) / 3 * (kTicksPerSecond / 1000), 0);
  }
  if (type.id == TypeId::small_datetime) {
    if (moment.days < tds::kDaysUntil1900 || moment.days > *day_number(2079, 6, 6)) return {};
    const std::int64_t minute = 60 * kTicksPerSecond;
    return normal(moment.days, (moment.ticks + minute / 2) / minute * minute, 0);
  }
  const std::int64_t unit = tds::from_units(1, type.scale);
  const std::int64_t ticks = (moment.ticks + unit / 2) / unit * unit;
  if (type.id == TypeId::time) return Moment{0, ticks % kTicksPerDay, 0};
  return normal(moment.days, ticks, type.id == TypeId::datetime_offset ? moment.offset : 0);
}

std::string_view month_name(int month) { return kMonths[static_cast<std::size_t>(month - 1)]; }
std::string_view weekday_name(int weekday) { return kDays[static_cast<std::size_t>(weekday - 1)]; }

std::optional<DatePart> find_date_part(std::string_view word) {
  const auto* row = std::ranges::find(kParts, to_lower(word), &PartName::name);
  return row == kParts.end() ? std::nullopt : std::optional(row->part);
}

std::int64_t part_of(const Moment& moment, DatePart part) {
  const Civil date = civil(moment.days);
  const std::int64_t second = moment.ticks / kTicksPerSecond;
  switch (part) {
    case DatePart::year:
      return date.year;
    case DatePart::quarter:
      return (date.month + 2) / 3;
    case DatePart::month:
      return date.month;
    case DatePart::day_of_year:
      return moment.days - first_of_year(date.year) + 1;
    case DatePart::day:
      return date.day;
    case DatePart::week:
      return (moment.days - first_of_year(date.year) + weekday_of(first_of_year(date.year)) - 1) / 7 + 1;
    case DatePart::weekday:
      return weekday_of(moment.days);
    case DatePart::hour:
      return second / 3600;
    case DatePart::minute:
      return second / 60 % 60;
    case DatePart::second:
      return second % 60;
    case DatePart::millisecond:
      return moment.ticks % kTicksPerSecond / 10'000;
    case DatePart::microsecond:
      return moment.ticks % kTicksPerSecond / 10;
    case DatePart::nanosecond:
      return moment.ticks % kTicksPerSecond * 100;
    case DatePart::offset:
      return moment.offset;
  }
  return 0;
}

std::optional<Moment> date_add(const Moment& moment, DatePart part, std::int64_t count) {
  if (part == DatePart::year || part == DatePart::quarter || part == DatePart::month) {
    if (std::abs(count) > 200'000) return {};
    const std::int64_t months = months_of(moment) + count * (part == DatePart::year      ? 12
                                                             : part == DatePart::quarter ? 3
                                                                                         : 1);
    const std::int64_t year = months / 12, month = months % 12 + 1;
    // The last day of a shorter month stands for the day there is not.
    for (int day = civil(moment.days).day; day >= 28; --day) {
      if (const auto days = day_number(year, month, day)) return Moment{*days, moment.ticks, moment.offset};
    }
    const auto days = day_number(year, month, civil(moment.days).day);
    return days ? std::optional(Moment{*days, moment.ticks, moment.offset}) : std::nullopt;
  }
  if (part == DatePart::day || part == DatePart::day_of_year || part == DatePart::weekday || part == DatePart::week) {
    if (std::abs(count) > 10'000'000) return {};
    return normal(moment.days + count * (part == DatePart::week ? 7 : 1), moment.ticks, moment.offset);
  }
  if (part == DatePart::nanosecond) return normal(moment.days, moment.ticks + count / 100, moment.offset);
  const std::int64_t unit = ticks_of(part), in_day = kTicksPerDay / unit;
  return normal(moment.days + count / in_day, moment.ticks + count % in_day * unit, moment.offset);
}

std::optional<std::int64_t> date_diff(const Moment& from, const Moment& to, DatePart part) {
  switch (part) {
    case DatePart::year:
      return civil(to.days).year - civil(from.days).year;
    case DatePart::quarter:
      return months_of(to) / 3 - months_of(from) / 3;
    case DatePart::month:
      return months_of(to) - months_of(from);
    case DatePart::day_of_year:
    case DatePart::weekday:
    case DatePart::offset:
    case DatePart::day:
      return to.days - from.days;
    case DatePart::week:
      return (to.days + 1) / 7 - (from.days + 1) / 7;
    case DatePart::hour:
    case DatePart::minute:
    case DatePart::second:
    case DatePart::millisecond:
    case DatePart::microsecond: {
      const std::int64_t unit = ticks_of(part);
      return (to.days - from.days) * (kTicksPerDay / unit) + to.ticks / unit - from.ticks / unit;
    }
    case DatePart::nanosecond: {
      if (std::abs(to.days - from.days) > 106'000) return {};
      return ((to.days - from.days) * kTicksPerDay + to.ticks - from.ticks) * 100;
    }
  }
  return {};
}

}  // namespace dba::sandbox::sqlserver::tsql
