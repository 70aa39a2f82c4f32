#pragma once
// The numbers that types have on the wire. @source [MS-TDS] 2.2.5.4

#include <cstddef>
#include <cstdint>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds::token {

inline constexpr std::uint8_t kImage = 0x22, kText = 0x23, kGuid = 0x24, kIntN = 0x26, kDate = 0x28, kTime = 0x29,
                              kDateTime2 = 0x2a, kDateTimeOffset = 0x2b, kNText = 0x63, kBitN = 0x68, kDecimal = 0x6a,
                              kNumeric = 0x6c, kFloatN = 0x6d, kMoneyN = 0x6e, kDateTimeN = 0x6f, kVarbinary = 0xa5,
                              kVarchar = 0xa7, kBinary = 0xad, kChar = 0xaf, kNVarchar = 0xe7, kNChar = 0xef;

/// Types whose size is in their number; `nullable` is the form that also has NULL, followed by the size.
struct Fixed {
  TypeId id;
  std::uint8_t fixed, nullable;
  std::size_t size;
};
inline constexpr Fixed kFixed[] = {
    {TypeId::bit, 0x32, kBitN, 1},
    {TypeId::tiny_int, 0x30, kIntN, 1},
    {TypeId::small_int, 0x34, kIntN, 2},
    {TypeId::integer, 0x38, kIntN, 4},
    {TypeId::big_int, 0x7f, kIntN, 8},
    {TypeId::real, 0x3b, kFloatN, 4},
    {TypeId::floating, 0x3e, kFloatN, 8},
    {TypeId::money, 0x3c, kMoneyN, 8},
    {TypeId::money, 0x7a, kMoneyN, 4},
    {TypeId::datetime, 0x3d, kDateTimeN, 8},
    {TypeId::small_datetime, 0x3a, kDateTimeN, 4},
};

/// Characters and bytes, which have a length.
struct Sized {
  TypeId id;
  std::uint8_t number;
  int width;      ///< Bytes of one character.
  bool collated;  ///< Characters.
  bool padded;    ///< Filled up, characters with blanks, bytes with zeros.
};
inline constexpr Sized kSized[] = {
    {TypeId::character, kChar, 1, true, true}, {TypeId::varchar, kVarchar, 1, true, false},
    {TypeId::nchar, kNChar, 2, true, true},    {TypeId::nvarchar, kNVarchar, 2, true, false},
    {TypeId::binary, kBinary, 1, false, true}, {TypeId::varbinary, kVarbinary, 1, false, false},
};

/// Types whose values say their length in a byte before them.
struct Short {
  TypeId id;
  std::uint8_t number;
};
inline constexpr Short kShort[] = {
    {TypeId::decimal, kNumeric},
    {TypeId::date, kDate},
    {TypeId::time, kTime},
    {TypeId::datetime2, kDateTime2},
    {TypeId::datetime_offset, kDateTimeOffset},
    {TypeId::unique_identifier, kGuid},
};

inline constexpr std::uint16_t kMax = 0xffff;   ///< In place of a length: varchar(max) and its like.
inline constexpr std::uint16_t kNull = 0xffff;  ///< In place of a value's length.
inline constexpr std::uint64_t kLongNull = ~std::uint64_t{0};

/// Bytes of a time of day with so many digits behind its seconds.
constexpr std::size_t time_size(int digits) { return digits <= 2 ? 3 : digits <= 4 ? 4 : 5; }

}  // namespace dba::sandbox::sqlserver::tds::token
