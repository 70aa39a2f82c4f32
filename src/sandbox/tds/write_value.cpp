#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "tds/decimal.hpp"
#include "tds/guid.hpp"
#include "tds/temporal.hpp"
#include "tds/text.hpp"
#include "tds/type_tokens.hpp"
#include "tds/types.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr int kMostBytes = 8000;

template <typename Row, std::size_t size>
const Row* find(const Row (&rows)[size], TypeId id) {
  const auto* const found =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.id == id; });
  return found == std::end(rows) ? nullptr : found;
}

/// Bytes that values of the type have at most; absent = any number (max).
std::optional<std::size_t> limit_of(const Type& type, const token::Sized& sized) {
  if (type.length < 0 || type.length > kMostBytes / sized.width) return std::nullopt;
  return static_cast<std::size_t>(std::max(1, type.length) * sized.width);
}

Error no_value(const Column& column, std::string_view why) {
  return {ExitCode::unexpected, fmt::format("column \"{}\" got {}", column.name, why)};
}

std::int64_t whole(const Column& column, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  throw no_value(column, "a value that is no whole number");
}

double floating(const Column& column, const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return static_cast<double>(whole(column, value));
}

std::string text(const Column& column, const Value& value) {
  if (const auto* characters = std::get_if<std::string>(&value)) return *characters;
  if (std::holds_alternative<double>(value)) throw no_value(column, "a floating number in place of text");
  return fmt::format("{}", whole(column, value));
}

Magnitude magnitude(const Column& column, const Value& value, int scale, std::size_t size) {
  const std::string digits = text(column, value);
  auto result = parse_decimal(digits, scale, size);
  if (!result) throw no_value(column, fmt::format("\"{}\", which does not fit", digits));
  return std::move(*result);
}

/// @source [MS-TDS] 2.2.5.5.1.2: in units of a ten thousandth, the upper half first
void append_money(std::string& out, const Column& column, const Value& value) {
  const Magnitude amount = magnitude(column, value, kMoneyScale, 8);
  const std::uint64_t size = ByteReader(amount.bytes).le(8);
  const std::uint64_t number = amount.negative ? ~size + 1 : size;
  append_le(out, number >> 32U, 4);
  append_le(out, number, 4);
}

/// @source [MS-TDS] 2.2.5.5.1.8: days since 1900-01-01, then ticks of 1/300 s
void append_datetime(std::string& out, const Moment& moment) {
  std::int64_t days = moment.days - kDaysUntil1900;
  std::int64_t ticks = (moment.ticks * 300 + kTicksPerSecond / 2) / kTicksPerSecond;
  constexpr std::int64_t kPerDay = 86'400LL * 300;
  if (ticks >= kPerDay) {
    ticks -= kPerDay;
    ++days;
  }
  append_le(out, static_cast<std::uint64_t>(days), 4);
  append_le(out, static_cast<std::uint64_t>(ticks), 4);
}

void append_small_datetime(std::string& out, const Moment& moment) {
  append_le(out, static_cast<std::uint64_t>(moment.days - kDaysUntil1900), 2);
  append_le(out, static_cast<std::uint64_t>(moment.ticks / (60 * kTicksPerSecond)), 2);
}

void append_integer(std::string& out, const token::Fixed& fixed, const Column& column, const Value& value) {
  const std::int64_t number = whole(column, value);
  const std::int64_t limit =
      fixed.id == TypeId::tiny_int ? 255 : std::numeric_limits<std::int64_t>::max() >> (64 - 8 * fixed.size);
  const std::int64_t lowest = fixed.id == TypeId::tiny_int ? 0 : -limit - 1;
  if (number < lowest || number > limit) throw no_value(column, fmt::format("{}, which does not fit", number));
  append_le(out, static_cast<std::uint64_t>(number), fixed.size);
}

void append_fixed(std::string& out, const token::Fixed& fixed, const Column& column, const Value& value) {
  if (fixed.nullable == token::kIntN) return append_integer(out, fixed, column, value);
  if (fixed.id == TypeId::bit) return append_le(out, whole(column, value) != 0 ? 1 : 0, 1);
  if (fixed.id == TypeId::money) return append_money(out, column, value);
  if (fixed.id == TypeId::datetime) return append_datetime(out, parse_moment(text(column, value)));
  if (fixed.id == TypeId::small_datetime) return append_small_datetime(out, parse_moment(text(column, value)));
  const double number = floating(column, value);
  if (fixed.id == TypeId::floating) return append_le(out, std::bit_cast<std::uint64_t>(number), 8);
  append_le(out, std::bit_cast<std::uint32_t>(static_cast<float>(number)), 4);
}

void append_sized(std::string& out, const token::Sized& sized, const Column& column, const Value& value) {
  std::string bytes = text(column, value);
  if (sized.width == 2) {
    bytes = to_utf16(bytes);
  } else if (sized.collated) {
    bytes = to_code_page(bytes);
  }
  const auto limit = limit_of(column.type, sized);
  if (!limit) {
    append_le(out, bytes.size(), 8);
    if (!bytes.empty()) append_le(out, bytes.size(), 4);
    out += bytes;
    return append_le(out, 0, 4);
  }
  if (bytes.size() > *limit) throw no_value(column, fmt::format("{} bytes, but has room for {}", bytes.size(), *limit));
  while (sized.padded && bytes.size() < *limit)
    append_le(bytes, sized.collated ? 0x20 : 0, static_cast<std::size_t>(sized.width));
  append_le(out, bytes.size(), 2);
  out += bytes;
}

void append_time(std::string& out, std::int64_t ticks, int digits) {
  append_le(out, static_cast<std::uint64_t>(in_units(ticks, digits)), token::time_size(digits));
}

void append_days(std::string& out, std::int64_t days) { append_le(out, static_cast<std::uint64_t>(days), 3); }

/// Date, time, datetime2, datetimeoffset (whose date and time are those of UTC).
std::string temporal(const Type& type, Moment moment) {
  std::string out;
  if (type.id == TypeId::datetime_offset) moment = moved(moment, -moment.offset);
  if (type.id != TypeId::date) append_time(out, moment.ticks, type.scale);
  if (type.id != TypeId::time) append_days(out, moment.days);
  if (type.id == TypeId::datetime_offset) append_le(out, static_cast<std::uint64_t>(moment.offset), 2);
  return out;
}

std::string guid(const Column& column, const std::string& text) {
  auto bytes = parse_guid(text);
  if (!bytes) throw no_value(column, fmt::format("\"{}\", which is no uniqueidentifier", text));
  return std::move(*bytes);
}

/// Values that say their length in a byte before them.
std::string short_value(const Column& column, const Value& value) {
  if (column.type.id == TypeId::unique_identifier) return guid(column, text(column, value));
  if (column.type.id != TypeId::decimal) return temporal(column.type, parse_moment(text(column, value)));
  const Magnitude number = magnitude(column, value, column.type.scale, decimal_size(column.type.precision));
  return (number.negative ? '\0' : '\1') + number.bytes;
}

void append_null(std::string& out, const Column& column) {
  const token::Sized* sized = find(token::kSized, column.type.id);
  if (sized == nullptr) {
    if (!column.nullable && find(token::kFixed, column.type.id) != nullptr)
      throw no_value(column, "NULL, which it cannot hold");
    out += '\0';
  } else if (limit_of(column.type, *sized)) {
    append_le(out, token::kNull, 2);
  } else {
    append_le(out, token::kLongNull, 8);
  }
}

}  // namespace

void append_type(std::string& out, const Type& type, bool nullable) {
  if (const token::Fixed* fixed = find(token::kFixed, type.id)) {
    append_le(out, nullable ? fixed->nullable : fixed->fixed, 1);
    if (nullable) append_le(out, fixed->size, 1);
    return;
  }
  if (const token::Sized* sized = find(token::kSized, type.id)) {
    append_le(out, sized->number, 1);
    append_le(out, limit_of(type, *sized).value_or(token::kMax), 2);
    if (sized->collated) out += kCollation;
    return;
  }
  append_le(out, find(token::kShort, type.id)->number, 1);
  if (type.id == TypeId::unique_identifier) append_le(out, kGuidSize, 1);
  if (type.id == TypeId::decimal) {
    append_le(out, decimal_size(type.precision) + 1, 1);
    append_le(out, static_cast<std::uint64_t>(type.precision), 1);
  }
  const bool has_scale = type.id != TypeId::unique_identifier && type.id != TypeId::date;
  if (has_scale) append_le(out, static_cast<std::uint64_t>(type.scale), 1);
}

void append_value(std::string& out, const Column& column, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return append_null(out, column);
  if (const token::Fixed* fixed = find(token::kFixed, column.type.id)) {
    if (column.nullable) append_le(out, fixed->size, 1);
    return append_fixed(out, *fixed, column, value);
  }
  if (const token::Sized* sized = find(token::kSized, column.type.id)) return append_sized(out, *sized, column, value);
  const std::string bytes = short_value(column, value);
  append_le(out, bytes.size(), 1);
  out += bytes;
}

}  // namespace dba::sandbox::sqlserver::tds
