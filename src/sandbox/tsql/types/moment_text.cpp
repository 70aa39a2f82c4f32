#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/types/moment.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// Reads dates and times piece by piece.
class MomentText {
 public:
  MomentText(std::string_view text, bool day_first) : rest_(text), day_first_(day_first) {}

  std::optional<Moment> read() {
    skip_blanks();
    while (!rest_.empty()) {
      if (!read_piece()) return {};
      skip_blanks();
    }
    if (!date_ && !time_) return {};
    Moment moment = time_.value_or(Moment{});
    moment.days = date_ ? *date_ : tds::kDaysUntil1900;
    return moment;
  }

 private:
  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  std::size_t digits_ahead() const { return std::min(rest_.find_first_not_of("0123456789"), rest_.size()); }

  std::optional<std::int64_t> number(std::size_t most) {
    const std::size_t count = digits_ahead();
    if (count == 0 || count > most) return {};
    std::int64_t value = 0;
    std::from_chars(rest_.data(), rest_.data() + count, value);
    rest_.remove_prefix(count);
    return value;
  }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_piece() {
    const std::size_t digits = digits_ahead();
    if (digits == 0)
      return date_ && time_ && (rest_.front() == '+' || rest_.front() == '-') ? read_offset() : read_month_first();
    const char after = digits < rest_.size() ? rest_[digits] : '\0';
    if (after == ':' || (!time_ && digits <= 2 && half_day_follows(digits))) return !time_ && read_time();
    if (date_) return false;
    if (digits == 8) return read_compact();
    if (after == '-' || after == '/' || after == '.') return read_separated(after);
    if (digits == 4) {
      date_ = day_number(*number(4), 1, 1);
      return date_.has_value();
    }
    if (after == ' ') return read_day_first();
    return false;
  }

  bool half_day_follows(std::size_t digits) const {
    const std::string word = to_lower(trim(rest_.substr(digits, 4)));
    return word.starts_with("am") || word.starts_with("pm");
  }

  bool read_compact() {
    const std::int64_t number8 = *number(8);
    date_ = day_number(number8 / 10000, number8 / 100 % 100, number8 % 100);
    return date_ && after_date();
  }

  bool after_date() {
    if (rest_.starts_with('T') || rest_.starts_with('t')) {
      rest_.remove_prefix(1);
      return digits_ahead() > 0 && read_time();
    }
    return true;
  }

  bool read_separated(char separator) {
    const bool year_first = digits_ahead() == 4;
    const auto a = number(4);
    if (!a || !accept(separator)) return false;
    const auto b = number(2);
    if (!b || !accept(separator)) return false;
    const std::size_t last_digits = digits_ahead();
    const auto c = number(4);
    if (!c) return false;
    date_ = year_first ? day_number(*a, *b, *c)
                       : day_number(full_year(*c, last_digits), day_first_ ? *b : *a, day_first_ ? *a : *b);
    return date_ && after_date();
  }

  static std::int64_t full_year(std::int64_t year, std::size_t digits) {
    return digits > 2 ? year : year + (year < 50 ? 2000 : 1900);
  }

  int month_word() {
    const std::size_t letters =
        std::min(rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), rest_.size());
    const std::string word = to_lower(rest_.substr(0, letters));
    for (int month = 1; month <= 12; ++month) {
      const std::string name = to_lower(month_name(month));
      if (word != name && (word.size() != 3 || !name.starts_with(word))) continue;
      rest_.remove_prefix(letters);
      return month;
    }
    return 0;
  }

  /// "Jan 2 2026", "January 2, 2026"
  bool read_month_first() {
    const int month = date_ ? 0 : month_word();
    if (month == 0) return false;
    skip_blanks();
    const auto day = number(2);
    accept(',');
    skip_blanks();
    const std::size_t digits = digits_ahead();
    const auto year = number(4);
    if (!day || !year) return false;
    date_ = day_number(full_year(*year, digits), month, *day);
    return date_.has_value();
  }

  /// "2 Jan 2026"
  bool read_day_first() {
    const auto day = number(2);
    skip_blanks();
    const int month = month_word();
    skip_blanks();
    const std::size_t digits = digits_ahead();
    const auto year = number(4);
    if (!day || month == 0 || !year) return false;
    date_ = day_number(full_year(*year, digits), month, *day);
    return date_.has_value();
  }

  bool read_time() {
    auto hour = number(2);
    std::optional<std::int64_t> minute = 0, second = 0;
    std::int64_t ticks = 0;
    if (hour && accept(':')) {
      minute = number(2);
      if (minute && accept(':')) second = number(2);
      if (minute && second && accept('.')) {
        const std::size_t digits = digits_ahead();
        if (digits == 0 || digits > 9) return false;
        for (std::size_t i = 0; i < 7; ++i) ticks = ticks * 10 + (i < digits ? rest_[i] - '0' : 0);
        rest_.remove_prefix(digits);
      }
    }
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return false;
    skip_blanks();
    const std::string half = to_lower(rest_.substr(0, 2));
    if (half == "am" || half == "pm") {
      if (*hour > 12 || *hour == 0) return false;
      hour = *hour % 12 + (half == "pm" ? 12 : 0);
      rest_.remove_prefix(2);
    }
    time_ = Moment{0, ((*hour * 60 + *minute) * 60 + *second) * kTicksPerSecond + ticks, 0};
    if (accept('Z') || accept('z')) return true;
    if (rest_.starts_with('+') || rest_.starts_with('-')) return read_offset();
    return true;
  }

  bool read_offset() {
    const bool west = rest_.front() == '-';
    rest_.remove_prefix(1);
    const auto hours = number(2);
    if (!hours || !accept(':')) return false;
    const auto minutes = number(2);
    if (!minutes || *hours > 14 || *minutes > 59) return false;
    time_->offset = static_cast<int>(*hours * 60 + *minutes) * (west ? -1 : 1);
    return true;
  }

  std::string_view rest_;
  bool day_first_;
  std::optional<std::int64_t> date_{};
  std::optional<Moment> time_{};
};

int digits_of(const Type& type) {
  return type.id == TypeId::datetime                                    ? 3
         : type.id == TypeId::small_datetime || type.id == TypeId::date ? 0
                                                                        : type.scale;
}

/// " 3:04AM"
std::string half_day_clock(const Moment& moment, std::string_view seconds) {
  const std::int64_t minutes = moment.ticks / (60 * kTicksPerSecond), hour = minutes / 60;
  return fmt::format("{:>2}:{:02}{}{}", hour % 12 == 0 ? 12 : hour % 12, minutes % 60, seconds,
                     hour < 12 ? "AM" : "PM");
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text, bool day_first) {
  return MomentText(trim(text), day_first).read();
}

std::string format_moment(const Moment& moment, const Type& type) {
  if (type.id == TypeId::date) return tds::format_date(moment.days);
  if (type.id == TypeId::time) return tds::format_time(moment.ticks, type.scale);
  std::string text = tds::format_date(moment.days) + " " + tds::format_time(moment.ticks, digits_of(type));
  if (type.id == TypeId::datetime_offset) text += " " + tds::format_offset(moment.offset);
  return text;
}

// @source learn.microsoft.com: CAST and CONVERT, "Date and time styles"
std::optional<std::string> format_style(const Moment& moment, const Type& type, int style) {
  const Civil date = civil(moment.days);
  const int digits = digits_of(type);
  const bool has_date = type.id != TypeId::time, has_time = type.id != TypeId::date;
  const std::string zone = type.id == TypeId::datetime_offset ? " " + tds::format_offset(moment.offset) : "";
  const std::string short_month(month_name(date.month).substr(0, 3));
  const auto both = [&](const std::string& day, std::string_view between, const std::string& clock) {
    return (has_date ? day : "") + std::string(has_date && has_time ? between : "") + (has_time ? clock : "");
  };
  const std::string iso_clock = tds::format_time(moment.ticks, digits);
  const int day = date.day, month = date.month, year = date.year, century = year % 100;
  switch (style) {
    case 0:
    case 100:
      return both(fmt::format("{} {:>2} {}", short_month, day, year), " ", half_day_clock(moment, "")) + zone;
    case 1:
      return fmt::format("{:02}/{:02}/{:02}", month, day, century);
    case 101:
      return fmt::format("{:02}/{:02}/{}", month, day, year);
    case 102:
      return fmt::format("{}.{:02}.{:02}", year, month, day);
    case 103:
      return fmt::format("{:02}/{:02}/{}", day, month, year);
    case 104:
      return fmt::format("{:02}.{:02}.{}", day, month, year);
    case 105:
      return fmt::format("{:02}-{:02}-{}", day, month, year);
    case 106:
      return fmt::format("{:02} {} {}", day, short_month, year);
    case 107:
      return fmt::format("{} {:02}, {}", short_month, day, year);
    case 8:
    case 24:
    case 108:
      return tds::format_time(moment.ticks, 0);
    case 9:
    case 109:
      return both(fmt::format("{} {:>2} {}", short_month, day, year), " ",
                  half_day_clock(moment, tds::format_time(moment.ticks, digits).substr(5)));
    case 10:
    case 110:
      return fmt::format("{:02}-{:02}-{}", month, day, year);
    case 11:
    case 111:
      return fmt::format("{}/{:02}/{:02}", year, month, day);
    case 12:
      return fmt::format("{:02}{:02}{:02}", century, month, day);
    case 112:
      return fmt::format("{:04}{:02}{:02}", year, month, day);
    case 13:
    case 113:
      return both(fmt::format("{:02} {} {}", day, short_month, year), " ", iso_clock);
    case 14:
    case 114:
      return tds::format_time(moment.ticks, digits);
    case 20:
    case 120:
      return both(tds::format_date(moment.days), " ", tds::format_time(moment.ticks, 0)) + zone;
    case 21:
    case 25:
    case 121:
      return both(tds::format_date(moment.days), " ", iso_clock) + zone;
    case 23:
      return tds::format_date(moment.days);
    case 126:
    case 127: {
      // Without a fraction when it is nothing (datetime), and with Z for UTC (127).
      const bool plain = moment.ticks % kTicksPerSecond == 0 && type.id == TypeId::datetime;
      const std::string offset = type.id != TypeId::datetime_offset   ? ""
                                 : style == 127 && moment.offset == 0 ? "Z"
                                                                      : tds::format_offset(moment.offset);
      return both(tds::format_date(moment.days), "T", plain ? tds::format_time(moment.ticks, 0) : iso_clock) + offset;
    }
    default:
      return {};
  }
}

}  // namespace dba::sandbox::sqlserver::tsql
