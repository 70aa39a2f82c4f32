#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "tds/decimal.hpp"
#include "tds/guid.hpp"
#include "tds/temporal.hpp"
#include "tds/text.hpp"
#include "tds/type_tokens.hpp"
#include "tds/types.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr int kMostDigits = 38, kMostFraction = 7;

/// -1, 8 bytes: the highest bits of a shorter number are its sign's.
std::int64_t signed_number(std::string_view bytes) {
  const std::uint64_t number = ByteReader(bytes).le(bytes.size());
  const auto unused = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(number << unused) >> unused;
}

std::int64_t checked_days(std::int64_t days) {
  if (days < 0 || days > kMostDays) throw broken("a date that there is not");
  return days;
}

std::int64_t checked_ticks(std::int64_t ticks) {
  if (ticks < 0 || ticks >= kTicksPerDay) throw broken("a time of day that there is not");
  return ticks;
}

/// Units of 10^-digits seconds that could not be turned into ticks are no time of day either.
std::int64_t ticks_of(std::uint64_t units, int digits) {
  return checked_ticks(from_units(static_cast<std::int64_t>(units), digits));
}

std::string read_money(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint64_t number = 0;
  if (bytes.size() == 8) {
    const std::uint64_t upper = reader.le(4);
    number = upper << 32U | reader.le(4);
  } else {
    number = static_cast<std::uint64_t>(signed_number(bytes));
  }
  Magnitude amount{static_cast<std::int64_t>(number) < 0, {}};
  append_le(amount.bytes, amount.negative ? ~number + 1 : number, 8);
  return format_decimal(amount, kMoneyScale);
}

std::string read_datetime(std::string_view bytes) {
  ByteReader reader(bytes);
  if (bytes.size() == 4) {
    const auto days = static_cast<std::int64_t>(reader.le(2)) + kDaysUntil1900;
    const auto minutes = static_cast<std::int64_t>(reader.le(2));
    return fmt::format("{} {}", format_date(checked_days(days)),
                       format_time(checked_ticks(minutes * 60 * kTicksPerSecond), 0));
  }
  const std::int64_t days = signed_number(reader.take(4)) + kDaysUntil1900;
  // In thousandths, as the server itself shows its ticks of a 300th: 0, 3, 7.
  const auto thousandths = static_cast<std::int64_t>((reader.le(4) * 10 + 1) / 3);
  return fmt::format("{} {}", format_date(checked_days(days)),
                     format_time(checked_ticks(from_units(thousandths, 3)), 3));
}

std::string read_temporal(const Type& type, std::string_view bytes) {
  ByteReader reader(bytes);
  Moment moment;
  if (type.id != TypeId::date) moment.ticks = ticks_of(reader.le(token::time_size(type.scale)), type.scale);
  if (type.id != TypeId::time) moment.days = checked_days(static_cast<std::int64_t>(reader.le(3)));
  if (type.id == TypeId::date) return format_date(moment.days);
  if (type.id == TypeId::time) return format_time(moment.ticks, type.scale);
  std::string offset;
  if (type.id == TypeId::datetime_offset) {
    const std::int64_t minutes = signed_number(reader.take(2));
    if (minutes < -840 || minutes > 840) throw broken("an offset from UTC that there is not");
    moment = moved(moment, minutes);
    offset = " " + format_offset(static_cast<int>(minutes));
  }
  return fmt::format("{} {}{}", format_date(checked_days(moment.days)), format_time(moment.ticks, type.scale), offset);
}

/// A value of a type whose size is in its number.
Value read_fixed(TypeId id, std::string_view bytes) {
  if (id == TypeId::bit) return std::int64_t{bytes[0] != 0};
  if (id == TypeId::tiny_int) return std::int64_t{static_cast<unsigned char>(bytes[0])};
  if (id == TypeId::real) return double{std::bit_cast<float>(ByteReader(bytes).u32())};
  if (id == TypeId::floating) return std::bit_cast<double>(ByteReader(bytes).le(8));
  if (id == TypeId::money) return read_money(bytes);
  if (id == TypeId::datetime || id == TypeId::small_datetime) return read_datetime(bytes);
  return signed_number(bytes);
}

/// The forms with NULL: a size with the type, a length with the value.
bool read_fixed_type(ByteReader& reader, std::uint8_t number, Type& type, Value& value) {
  for (const token::Fixed& row : token::kFixed) {
    if (row.fixed != number) continue;
    type = {.id = row.id};
    value = read_fixed(row.id, reader.take(row.size));
    return true;
  }
  const auto has_nullable = [&](const token::Fixed& row) { return row.nullable == number; };
  if (std::none_of(std::begin(token::kFixed), std::end(token::kFixed), has_nullable)) return false;
  const std::size_t size = reader.byte();
  const auto* const row =
      std::find_if(std::begin(token::kFixed), std::end(token::kFixed),
                   [&](const token::Fixed& one) { return one.nullable == number && one.size == size; });
  if (row == std::end(token::kFixed)) throw broken(fmt::format("a type 0x{:02x} of {} bytes", number, size));
  type = {.id = row->id};
  const std::size_t length = reader.byte();
  if (length != 0 && length != size) throw broken(fmt::format("a value of {} bytes for {}", length, size));
  if (length != 0) value = read_fixed(row->id, reader.take(size));
  return true;
}

std::string read_chunks(ByteReader& reader) {
  std::string bytes;
  for (std::uint32_t size = reader.u32(); size != 0; size = reader.u32()) bytes += reader.take(size);
  return bytes;
}

std::string as_text(const token::Sized& sized, const std::string& bytes) {
  if (sized.width == 2) return from_utf16(bytes);
  return sized.collated ? from_code_page(bytes) : bytes;
}

bool read_sized_type(ByteReader& reader, std::uint8_t number, Type& type, Value& value) {
  const auto* const sized = std::find_if(std::begin(token::kSized), std::end(token::kSized),
                                         [&](const token::Sized& row) { return row.number == number; });
  if (sized == std::end(token::kSized)) return false;
  const std::uint16_t most = reader.u16();
  if (sized->collated) reader.take(kCollation.size());
  type = {.id = sized->id, .length = most == token::kMax ? -1 : most / sized->width};
  if (most == token::kMax) {
    if (reader.le(8) != token::kLongNull) value = as_text(*sized, read_chunks(reader));
    return true;
  }
  const std::uint16_t length = reader.u16();
  if (length != token::kNull) value = as_text(*sized, std::string(reader.take(length)));
  return true;
}

/// text, ntext and image, as FreeTDS sends statements.
bool read_old_long_type(ByteReader& reader, std::uint8_t number, Type& type, Value& value) {
  if (number != token::kText && number != token::kNText && number != token::kImage) return false;
  const bool collated = number != token::kImage;
  reader.take(4);  // the most there can be
  if (collated) reader.take(kCollation.size());
  type = {.id = number == token::kText    ? TypeId::varchar
                : number == token::kNText ? TypeId::nvarchar
                                          : TypeId::varbinary,
          .length = -1};
  const std::uint32_t length = reader.u32();
  if (length == ~std::uint32_t{0}) return true;
  const std::string_view bytes = reader.take(length);
  value = number == token::kNText ? from_utf16(bytes) : collated ? from_code_page(bytes) : std::string(bytes);
  return true;
}

bool read_decimal_type(ByteReader& reader, std::uint8_t number, Type& type, Value& value) {
  if (number != token::kDecimal && number != token::kNumeric) return false;
  reader.byte();  // the size of the longest
  type = {.id = TypeId::decimal, .precision = reader.byte(), .scale = reader.byte()};
  if (type.precision > kMostDigits || type.scale > type.precision) throw broken("a decimal that there is not");
  const std::size_t length = reader.byte();
  if (length == 0) return true;
  if (length > 1 + decimal_size(kMostDigits)) throw broken("a decimal that is too long");
  const bool negative = reader.byte() == 0;
  value = format_decimal({negative, std::string(reader.take(length - 1))}, type.scale);
  return true;
}

bool read_short_type(ByteReader& reader, std::uint8_t number, Type& type, Value& value) {
  const auto* const row = std::find_if(std::begin(token::kShort), std::end(token::kShort),
                                       [&](const token::Short& one) { return one.number == number; });
  if (row == std::end(token::kShort)) return false;
  type = {.id = row->id};
  if (row->id == TypeId::unique_identifier) {
    reader.byte();
  } else if (row->id != TypeId::date) {
    type.scale = reader.byte();
    if (type.scale > kMostFraction) throw broken("a time with too many digits");
  }
  const std::string_view bytes = reader.take(reader.byte());
  if (bytes.empty()) return true;
  if (row->id != TypeId::unique_identifier) {
    value = read_temporal(type, bytes);
    return true;
  }
  if (bytes.size() != kGuidSize) throw broken("a uniqueidentifier that is none");
  value = format_guid(bytes);
  return true;
}

}  // namespace

void read_typed_value(ByteReader& reader, Type& type, Value& value) {
  const std::uint8_t number = reader.byte();
  value = std::monostate{};
  for (const auto& read : {read_fixed_type, read_sized_type, read_old_long_type, read_decimal_type, read_short_type}) {
    if (read(reader, number, type, value)) return;
  }
  throw broken(fmt::format("a parameter of type 0x{:02x}", number));
}

}  // namespace dba::sandbox::sqlserver::tds
