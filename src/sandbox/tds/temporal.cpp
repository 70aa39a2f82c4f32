#include "tds/temporal.hpp"

#include <chrono>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr int kDigits = 7;  ///< Of a second's fraction.
constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kTicksPerMinute = 60 * kTicksPerSecond;

const std::chrono::sys_days kFirstDay{std::chrono::year{1} / 1 / 1};

/// Reads a moment's parts off the front of its text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), left_(text) {}

  bool done() const { return left_.empty(); }
  bool skip(char letter) {
    if (!left_.starts_with(letter)) return false;
    left_.remove_prefix(1);
    return true;
  }
  void expect(char letter) {
    if (!skip(letter)) throw unreadable();
  }
  /// As many digits as said.
  int number(std::size_t digits) {
    if (left_.size() < digits) throw unreadable();
    int value = 0;
    for (const char letter : left_.substr(0, digits)) {
      if (letter < '0' || letter > '9') throw unreadable();
      value = value * 10 + (letter - '0');
    }
    left_.remove_prefix(digits);
    return value;
  }
  int number_below(int limit) {
    const int value = number(2);
    if (value >= limit) throw unreadable();
    return value;
  }
  /// Digits of a second's fraction, however many, as ticks.
  int fraction() {
    int value = 0;
    for (int digit = 0; digit < kDigits; ++digit) {
      const bool more = !left_.empty() && left_[0] >= '0' && left_[0] <= '9';
      value = value * 10 + (more ? number(1) : 0);
    }
    return value;
  }
  bool begins_date() const { return left_.size() > 4 && left_[4] == '-'; }
  Error unreadable() const { return {ExitCode::unexpected, fmt::format("\"{}\" is no date or time", text_)}; }

 private:
  std::string_view text_, left_;
};

std::int64_t scan_date(Scanner& scanner) {
  const std::chrono::year year(scanner.number(4));
  scanner.expect('-');
  const std::chrono::month month(static_cast<unsigned>(scanner.number(2)));
  scanner.expect('-');
  const auto date = year / month / scanner.number(2);
  if (!date.ok() || year < std::chrono::year(1)) throw scanner.unreadable();
  return (std::chrono::sys_days(date) - kFirstDay).count();
}

std::int64_t scan_time(Scanner& scanner) {
  std::int64_t seconds = scanner.number_below(24) * 3600;
  scanner.expect(':');
  seconds += scanner.number_below(60) * 60;
  if (scanner.skip(':')) seconds += scanner.number_below(60);
  return seconds * kTicksPerSecond + (scanner.skip('.') ? scanner.fraction() : 0);
}

int scan_offset(Scanner& scanner) {
  const bool west = scanner.skip('-');
  if (!west) scanner.expect('+');
  const int hours = scanner.number_below(15);
  scanner.expect(':');
  const int minutes = hours * 60 + scanner.number_below(60);
  return west ? -minutes : minutes;
}

std::int64_t power_of_ten(int exponent) { return exponent == 0 ? 1 : 10 * power_of_ten(exponent - 1); }

}  // namespace

Moment parse_moment(std::string_view text) {
  Scanner scanner(text);
  Moment moment;
  if (scanner.begins_date()) {
    moment.days = scan_date(scanner);
    if (scanner.done()) return moment;
    if (!scanner.skip('T')) scanner.expect(' ');
  }
  moment.ticks = scan_time(scanner);
  if (scanner.done()) return moment;
  if (!scanner.skip('Z')) {
    scanner.skip(' ');
    moment.offset = scan_offset(scanner);
  }
  if (!scanner.done()) throw scanner.unreadable();
  return moment;
}

std::string format_date(std::int64_t days) {
  const std::chrono::year_month_day date(kFirstDay + std::chrono::days(days));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string format_time(std::int64_t ticks, int digits) {
  const std::int64_t seconds = ticks / kTicksPerSecond;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (digits == 0) return text;
  return fmt::format("{}.{:0{}}", text, in_units(ticks % kTicksPerSecond, digits), digits);
}

std::string format_offset(int minutes) {
  const int size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

Moment moved(const Moment& moment, std::int64_t minutes) {
  Moment result = moment;
  result.days += minutes / kMinutesPerDay;
  result.ticks += minutes % kMinutesPerDay * kTicksPerMinute;
  if (result.ticks < 0) {
    result.ticks += kTicksPerDay;
    --result.days;
  } else if (result.ticks >= kTicksPerDay) {
    result.ticks -= kTicksPerDay;
    ++result.days;
  }
  return result;
}

std::int64_t in_units(std::int64_t ticks, int digits) { return ticks / power_of_ten(kDigits - digits); }
std::int64_t from_units(std::int64_t units, int digits) { return units * power_of_ten(kDigits - digits); }

}  // namespace dba::sandbox::sqlserver::tds
