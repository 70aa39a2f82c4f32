#include "dba/base/timestamp.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "dba/base/duration.hpp"

namespace dba {

namespace {

using std::chrono::seconds;
using Days = std::chrono::sys_days;

/// Reads a time stamp piece by piece; every step says whether the text went on as expected.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = rest_[i];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }

  bool one_of(std::string_view letters, char& got) {
    if (rest_.empty() || letters.find(rest_.front()) == std::string_view::npos) return false;
    got = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool literal(std::string_view letters) {
    char got = 0;
    return one_of(letters, got);
  }

  /// An optional ".123…"; digits beyond nanoseconds are dropped.
  bool fraction(std::chrono::nanoseconds& value) {
    value = {};
    if (!literal(".")) return true;
    int digit = 0;
    if (!digits(1, digit)) return false;
    std::int64_t weight = 100'000'000;
    do {
      value += std::chrono::nanoseconds(digit * weight);
      weight /= 10;
    } while (digits(1, digit));
    return true;
  }

  /// "Z" or "+02:00".
  bool offset(seconds& value) {
    char sign = 0;
    value = {};
    if (literal("Zz")) return true;
    int hours = 0;
    int minutes = 0;
    if (!(one_of("+-", sign) && digits(2, hours) && literal(":") && digits(2, minutes))) return false;
    value = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (sign == '-') value = -value;
    return hours < 24 && minutes < 60;
  }

 private:
  std::string_view rest_;
};

/// WallTime counts nanoseconds and so ends in 2262; API times (a certificate of 9999) may not.
WallTime saturate(seconds since_epoch, std::chrono::nanoseconds fraction) {
  using std::chrono::duration_cast;
  if (since_epoch >= duration_cast<seconds>(WallTime::max().time_since_epoch())) return WallTime::max();
  if (since_epoch <= duration_cast<seconds>(WallTime::min().time_since_epoch())) return WallTime::min();
  return WallTime(duration_cast<WallTime::duration>(since_epoch) + duration_cast<WallTime::duration>(fraction));
}

std::string format_seconds(WallTime time) {
  const auto second = std::chrono::floor<seconds>(time);
  const Days day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::optional<WallTime> try_parse_rfc3339(std::string_view text) {
  Reader in(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::chrono::nanoseconds fraction{};
  seconds offset{};
  const bool shaped = in.digits(4, year) && in.literal("-") && in.digits(2, month) && in.literal("-") &&
                      in.digits(2, day) && in.literal("Tt") && in.digits(2, hour) && in.literal(":") &&
                      in.digits(2, minute) && in.literal(":") && in.digits(2, second) && in.fraction(fraction) &&
                      in.offset(offset) && in.at_end();
  if (!shaped || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  const seconds since_epoch = Days(date).time_since_epoch() + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                              seconds(second) - offset;
  return saturate(since_epoch, fraction);
}

std::string format_rfc3339(WallTime time) { return format_seconds(time) + "Z"; }

std::string format_rfc3339_micro(WallTime time) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time);
  const auto fraction = micros - std::chrono::floor<seconds>(micros);
  return fmt::format("{}.{:06}Z", format_seconds(time), fraction.count());
}

std::string age_text(std::string_view rfc3339, WallTime now) {
  const std::optional<WallTime> time = try_parse_rfc3339(rfc3339);
  // Go's zero time, 0001-01-01, stands for "not set" and saturates here.
  if (!time || *time == WallTime::min()) return "<unknown>";
  // Microseconds, because the difference of two saturated times does not fit into nanoseconds.
  const auto age =
      std::chrono::floor<std::chrono::microseconds>(now) - std::chrono::floor<std::chrono::microseconds>(*time);
  return human_duration(std::chrono::duration_cast<seconds>(age).count());
}

std::string name_suffix(std::uint64_t random_bits, std::size_t count) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += kLetters[random_bits % kLetters.size()];
    random_bits /= kLetters.size();
  }
  return out;
}

}  // namespace dba
