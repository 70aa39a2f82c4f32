#include <array>

#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

Moment moment_from(const Value& value) { return parse_moment(text_of(value)).value_or(Moment{}); }
DatePart part_from(const Value& value) { return static_cast<DatePart>(integer_of(value)); }

Value kept(const std::optional<Moment>& moment, const Type& type) {
  const std::optional<Moment> fits = moment ? rounded(*moment, type) : std::nullopt;
  if (!fits) fail(517, fmt::format("Adding a value to a '{}' column caused an overflow.", type_name(type.id)));
  return format_moment(*fits, type);
}

/// args: part, count, moment
Value add_to_date(Environment&, const Type& result, std::span<const Value> args) {
  Moment moment = moment_from(args[2]);
  if (result.id == TypeId::time) moment.days = *day_number(2000, 1, 1);  // times go round the clock
  return kept(date_add(moment, part_from(args[0]), integer_of(args[1])), result);
}

/// args: part, from, to
Value difference(Environment&, const Type& result, std::span<const Value> args) {
  Moment from = moment_from(args[1]), to = moment_from(args[2]);
  // Points in time with an offset are compared in UTC.
  if (from.offset != 0) from = date_add(from, DatePart::minute, -from.offset).value_or(from);
  if (to.offset != 0) to = date_add(to, DatePart::minute, -to.offset).value_or(to);
  const std::optional<std::int64_t> count = date_diff(from, to, part_from(args[0]));
  if (!count || (result.id == TypeId::integer && *count != static_cast<std::int32_t>(*count))) {
    fail(535,
         fmt::format("The {0} function resulted in an overflow. The number of dateparts separating two date/time "
                     "instances is too large. "
                     "Try to use {0} with a less precise datepart.",
                     result.id == TypeId::integer ? "datediff" : "datediff_big"),
         16, 0);
  }
  return *count;
}

/// args: part, moment
Value part(Environment&, const Type&, std::span<const Value> args) {
  return part_of(moment_from(args[1]), part_from(args[0]));
}

Value name(Environment&, const Type&, std::span<const Value> args) {
  const Moment moment = moment_from(args[1]);
  const DatePart which = part_from(args[0]);
  const std::int64_t number = part_of(moment, which);
  if (which == DatePart::month) return std::string(month_name(static_cast<int>(number)));
  if (which == DatePart::weekday) return std::string(weekday_name(static_cast<int>(number)));
  return fmt::format("{}", number);
}

/// args: date, months to add
Value end_of_month(Environment&, const Type& result, std::span<const Value> args) {
  Moment moment = moment_from(args[0]);
  const Civil date = civil(moment.days);
  moment.days -= date.day - 1;
  std::optional<Moment> next = date_add(moment, DatePart::month, integer_of(args[1]) + 1);
  if (next) next = date_add(*next, DatePart::day, -1);
  return kept(next, result);
}

Value from_parts(Environment&, const Type& result, std::span<const Value> args) {
  const std::optional<std::int64_t> days = day_number(integer_of(args[0]), integer_of(args[1]), integer_of(args[2]));
  if (!days) fail(289, "Cannot construct data type date, some of the arguments have values which are not valid.");
  return format_moment({*days, 0, 0}, result);
}

Value is_date(Environment&, const Type&, std::span<const Value> args) {
  const std::optional<Moment> moment = parse_moment(text_of(args[0]));
  return std::int64_t{moment && rounded(*moment, {.id = TypeId::datetime})};
}

int offset_from(const Value& value) {
  if (const auto* minutes = std::get_if<std::int64_t>(&value)) return static_cast<int>(*minutes);
  const std::optional<Moment> moment = parse_moment("2000-01-01 00:00:00 " + text_of(value));
  if (!moment) fail(9812, "The timezone provided to builtin function switchoffset is invalid.");
  return moment->offset;
}

/// The same point in time with another offset.
Value switch_offset(Environment&, const Type& result, std::span<const Value> args) {
  const Moment moment = moment_from(args[0]);
  const int offset = offset_from(args[1]);
  std::optional<Moment> moved = date_add(moment, DatePart::minute, offset - moment.offset);
  if (moved) moved->offset = offset;
  return kept(moved, result);
}

Value with_offset(Environment&, const Type& result, std::span<const Value> args) {
  Moment moment = moment_from(args[0]);
  moment.offset = offset_from(args[1]);
  return kept(moment, result);
}

}  // namespace

std::span<const RuntimeFunction> time_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({
      {"dateadd", &add_to_date},
      {"datediff", &difference},
      {"datepart", &part},
      {"datename", &name},
      {"eomonth", &end_of_month},
      {"datefromparts", &from_parts},
      {"isdate", &is_date},
      {"switchoffset", &switch_offset},
      {"todatetimeoffset", &with_offset},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
