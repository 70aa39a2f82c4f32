#include <cstdint>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "hex.hpp"
#include "tds/decimal.hpp"
#include "tds/temporal.hpp"
#include "tds/text.hpp"
#include "tds/types.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace dba::sandbox::sqlserver::tds;
using test::bytes;
using test::hex;

namespace {

std::string written(const Type& type, const Value& value, bool nullable = true) {
  std::string out;
  append_type(out, type, nullable);
  out += '|';
  append_value(out, {"c", type, nullable}, value);
  return hex(out);
}

Value read_back(const Type& type, const Value& value, Type* read_type = nullptr) {
  std::string out;
  append_type(out, type, true);
  append_value(out, {"c", type}, value);
  ByteReader reader(out);
  Type found;
  Value result;
  read_typed_value(reader, found, result);
  CHECK(reader.empty());
  if (read_type != nullptr) *read_type = found;
  return result;
}

std::string text(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* characters = std::get_if<std::string>(&value)) return *characters;
  return "NULL";
}

constexpr const char* kCollated = "09 04 d0 00 34";
constexpr std::int64_t kMost = INT64_MAX, kLeast = INT64_MIN;

}  // namespace

TEST_CASE("types and values are written as a server does") {
  struct Row {
    Type type;
    Value value;
    bool nullable;
    std::string bytes;
  };
  const std::string collated = kCollated;
  const std::vector<Row> rows{
      {{TypeId::bit}, std::int64_t{1}, false, "32 7c 01"},
      {{TypeId::bit}, std::int64_t{7}, true, "68 01 7c 01 01"},
      {{TypeId::tiny_int}, std::int64_t{255}, true, "26 01 7c 01 ff"},
      {{TypeId::tiny_int}, std::int64_t{255}, false, "30 7c ff"},
      {{TypeId::small_int}, std::int64_t{-2}, true, "26 02 7c 02 fe ff"},
      {{TypeId::integer}, std::int64_t{-2}, false, "38 7c fe ff ff ff"},
      {{TypeId::integer}, Value{}, true, "26 04 7c 00"},
      {{TypeId::big_int}, kMost, true, "26 08 7c 08 ff ff ff ff ff ff ff 7f"},
      {{TypeId::real}, 0.5, true, "6d 04 7c 04 00 00 00 3f"},
      {{TypeId::floating}, 0.5, false, "3e 7c 00 00 00 00 00 00 e0 3f"},
      {{TypeId::floating}, std::int64_t{1}, true, "6d 08 7c 08 00 00 00 00 00 00 f0 3f"},
      {{.id = TypeId::decimal, .precision = 25},
       "46000000123400001",
       true,
       "6c 0d 19 00 7c 0d 01 41 ef 05 a3 c1 6c a3 00 00 00 00 00"},
      {{.id = TypeId::decimal, .precision = 5, .scale = 2}, "-12.5", true, "6c 05 05 02 7c 05 00 e2 04 00 00"},
      {{.id = TypeId::decimal, .precision = 10}, std::int64_t{7}, true, "6c 09 0a 00 7c 09 01 07 00 00 00 00 00 00 00"},
      {{TypeId::money}, "-0.0001", true, "6e 08 7c 08 ff ff ff ff ff ff ff ff"},
      {{TypeId::money}, "429496.7297", false, "3c 7c 01 00 00 00 01 00 00 00"},
      {{TypeId::character, 3}, "a", true, "af 03 00 " + collated + " 7c 03 00 61 20 20"},
      {{TypeId::varchar, 10}, "€é☃", true, "a7 0a 00 " + collated + " 7c 03 00 80 e9 3f"},
      {{TypeId::varchar, 10}, Value{}, true, "a7 0a 00 " + collated + " 7c ff ff"},
      {{TypeId::varchar, -1},
       "ab",
       true,
       "a7 ff ff " + collated + " 7c 02 00 00 00 00 00 00 00 02 00 00 00 61 62 00 00 00 00"},
      {{TypeId::varchar, -1}, "", true, "a7 ff ff " + collated + " 7c 00 00 00 00 00 00 00 00 00 00 00 00"},
      {{TypeId::varchar, 8001}, Value{}, true, "a7 ff ff " + collated + " 7c ff ff ff ff ff ff ff ff"},
      {{TypeId::nchar, 2}, "ä", true, "ef 04 00 " + collated + " 7c 04 00 e4 00 20 00"},
      {{TypeId::nvarchar, 4000}, "", true, "e7 40 1f " + collated + " 7c 00 00"},
      {{TypeId::nvarchar, 2}, "😀", true, "e7 04 00 " + collated + " 7c 04 00 3d d8 00 de"},
      {{TypeId::nvarchar, 5}, std::int64_t{12}, true, "e7 0a 00 " + collated + " 7c 04 00 31 00 32 00"},
      {{TypeId::binary, 3}, "\x01", true, "ad 03 00 7c 03 00 01 00 00"},
      {{TypeId::varbinary, 3}, "\xff", true, "a5 03 00 7c 01 00 ff"},
      {{TypeId::date}, "2026-01-02", true, "28 7c 03 21 49 0b"},
      {{TypeId::date}, Value{}, false, "28 7c 00"},
      {{.id = TypeId::time, .scale = 0}, "00:00:01.9", true, "29 00 7c 03 01 00 00"},
      {{.id = TypeId::time, .scale = 7}, "23:59:59.9999999", true, "29 07 7c 05 ff bf 69 2a c9"},
      {{TypeId::datetime}, "2025-07-31 05:51:06.830", true, "6f 08 7c 08 2b b3 00 00 b1 6f 60 00"},
      {{TypeId::datetime}, "1753-01-01", false, "3d 7c 46 2e ff ff 00 00 00 00"},
      {{TypeId::datetime}, "2025-12-31 23:59:59.999", true, "6f 08 7c 08 c5 b3 00 00 00 00 00 00"},
      {{TypeId::small_datetime}, "1900-01-02 00:01:59", true, "6f 04 7c 04 01 00 01 00"},
      {{.id = TypeId::datetime2, .scale = 7},
       "2025-07-31 05:51:06.123456",
       true,
       "2a 07 7c 08 80 57 63 0c 31 86 48 0b"},
      {{.id = TypeId::datetime2, .scale = 3}, "0001-01-01T00:00:00.1239", true, "2a 03 7c 07 7b 00 00 00 00 00 00"},
      {{.id = TypeId::datetime_offset, .scale = 0},
       "0001-01-02 00:30:00 +01:00",
       true,
       "2b 00 7c 08 78 4a 01 00 00 00 3c 00"},
      {{TypeId::unique_identifier},
       "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F",
       true,
       "24 10 7c 10 0d de fa c4 82 bc 16 4d 95 e2 50 aa 6b e5 bd 8f"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(written(row.type, row.value, row.nullable) == row.bytes);
  }
}

TEST_CASE("what is written is read again, as SQL Server would write it") {
  struct Row {
    Type type;
    Value value;
    const char* again;
  };
  const std::vector<Row> rows{
      {{TypeId::bit}, std::int64_t{0}, "0"},
      {{TypeId::tiny_int}, std::int64_t{200}, "200"},
      {{TypeId::small_int}, std::int64_t{-32768}, "-32768"},
      {{TypeId::integer}, std::int64_t{2147483647}, "2147483647"},
      {{TypeId::big_int}, kLeast, "-9223372036854775808"},
      {{TypeId::real}, -0.25, "-0.25"},
      {{TypeId::floating}, 1.0e-300, "1e-300"},
      {{.id = TypeId::decimal, .precision = 38, .scale = 38},
       "-0.12345678901234567890123456789012345678",
       "-0.12345678901234567890123456789012345678"},
      {{.id = TypeId::decimal, .precision = 38},
       "99999999999999999999999999999999999999",
       "99999999999999999999999999999999999999"},
      {{.id = TypeId::decimal, .precision = 9, .scale = 2}, "+7", "7.00"},
      {{.id = TypeId::decimal, .precision = 9, .scale = 2}, "-0", "0.00"},
      {{TypeId::money}, "-922337203685477.5808", "-922337203685477.5808"},
      {{TypeId::money}, "12", "12.0000"},
      {{TypeId::character, 3}, "ü", "ü  "},
      {{TypeId::varchar, -1}, "€", "€"},
      {{TypeId::nvarchar, 10}, "a😀", "a😀"},
      {{TypeId::nvarchar, -1}, "", ""},
      {{TypeId::varbinary, 5}, "\x80\x81", "\x80\x81"},
      {{TypeId::date}, "9999-12-31", "9999-12-31"},
      {{.id = TypeId::time, .scale = 4}, "01:02:03.45678", "01:02:03.4567"},
      {{TypeId::datetime}, "1752-12-31 23:59:59.997", "1752-12-31 23:59:59.997"},
      {{TypeId::datetime}, "2026-01-01 00:00:00.003", "2026-01-01 00:00:00.003"},
      {{TypeId::small_datetime}, "2079-06-06 23:59", "2079-06-06 23:59:00"},
      {{.id = TypeId::datetime2, .scale = 0}, "2026-01-02 03:04:05", "2026-01-02 03:04:05"},
      {{.id = TypeId::datetime_offset, .scale = 3}, "2026-01-01 00:30:00.5 +14:00", "2026-01-01 00:30:00.500 +14:00"},
      {{.id = TypeId::datetime_offset, .scale = 3}, "2026-01-01 23:30:00-03:30", "2026-01-01 23:30:00.000 -03:30"},
      {{TypeId::unique_identifier}, "{c4fade0d-bc82-4d16-95e2-50aa6be5bd8f}", "C4FADE0D-BC82-4D16-95E2-50AA6BE5BD8F"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.again);
    Type type;
    CHECK(text(read_back(row.type, row.value, &type)) == row.again);
    CHECK(type == row.type);
    CHECK(text(read_back(row.type, Value{})) == "NULL");
  }
}

TEST_CASE("types that only clients send are read") {
  struct Row {
    const char* name;
    std::string bytes;
    Type type;
    const char* value;
  };
  const std::string collated = kCollated;
  for (const Row& row : {
           Row{"ntext", "63 fe ff ff 7f " + collated + " 04 00 00 00 61 00 62 00", {TypeId::nvarchar, -1}, "ab"},
           Row{"ntext NULL", "63 fe ff ff 7f " + collated + " ff ff ff ff", {TypeId::nvarchar, -1}, "NULL"},
           Row{"text", "23 ff ff ff 7f " + collated + " 01 00 00 00 80", {TypeId::varchar, -1}, "€"},
           Row{"image", "22 ff ff ff 7f 02 00 00 00 61 62", {TypeId::varbinary, -1}, "ab"},
           Row{"int", "38 05 00 00 00", {TypeId::integer}, "5"},
           Row{"smallmoney", "6e 04 04 ff ff ff ff", {TypeId::money}, "-0.0001"},
           Row{"decimal",
               "6a 05 05 02 05 01 e2 04 00 00",
               {.id = TypeId::decimal, .precision = 5, .scale = 2},
               "12.50"},
           Row{"chunks",
               "e7 ff ff " + collated + " fe ff ff ff ff ff ff ff 02 00 00 00 61 00 02 00 00 00 62 00 00 00 00 00",
               {TypeId::nvarchar, -1},
               "ab"},
       }) {
    SUBCASE(row.name) {
      const std::string wire = bytes(row.bytes);
      ByteReader reader(wire);
      Type type;
      Value value;
      read_typed_value(reader, type, value);
      CHECK(reader.empty());
      CHECK(type == row.type);
      CHECK(text(value) == row.value);
    }
  }
}

TEST_CASE("values that no type has are refused, at whatever byte they end") {
  const std::string collated = kCollated;
  for (const std::string& broken :
       {std::string("f1 00"), std::string("62 00"), std::string("26 03 03 01 02 03"), std::string("26 04 02 01 02"),
        std::string("24 10 04 01 02 03 04"), std::string("6a 11 27 00 00"), std::string("6a 05 05 06 00"),
        "6a 11 26 00 ff 01" + std::string(512, '0'), std::string("29 08 00"), std::string("29 00 03 ff ff ff"),
        std::string("28 03 ff ff ff"), std::string("2b 00 08 00 00 00 00 00 00 00 80"),
        std::string("2b 00 08 00 00 00 00 00 00 c4 ff"), std::string("6f 08 08 00 00 00 80 00 00 00 00"),
        std::string("6f 08 08 00 00 00 00 ff ff ff ff"), std::string("6f 04 04 00 00 ff ff"),
        "e7 0a 00 " + collated + " 04 00 61", "e7 ff ff " + collated + " 00 00 00 00 00 00 00 00 ff ff",
        "63 ff ff ff 7f " + collated + " ff ff ff 7f 61"}) {
    CAPTURE(broken);
    const std::string wire = bytes(broken);
    ByteReader reader(wire);
    Type type;
    Value value;
    CHECK_THROWS_AS(read_typed_value(reader, type, value), Error);
  }
}

TEST_CASE("what a session gives that its column cannot hold is refused with the column's name") {
  struct Row {
    Type type;
    Value value;
    bool nullable;
    const char* why;
  };
  for (const Row& row :
       {Row{{TypeId::integer}, Value{}, false, "column \"c\" got NULL, which it cannot hold"},
        Row{{TypeId::tiny_int}, std::int64_t{256}, true, "column \"c\" got 256, which does not fit"},
        Row{{TypeId::small_int}, std::int64_t{-32769}, true, "column \"c\" got -32769, which does not fit"},
        Row{{TypeId::integer}, 1.5, true, "column \"c\" got a value that is no whole number"},
        Row{{TypeId::nvarchar, 2}, "abc", true, "column \"c\" got 6 bytes, but has room for 4"},
        Row{{TypeId::nvarchar, 2}, 1.5, true, "column \"c\" got a floating number in place of text"},
        Row{{.id = TypeId::decimal, .precision = 5, .scale = 1},
            "1.25",
            true,
            "column \"c\" got \"1.25\", which does not fit"},
        Row{{.id = TypeId::decimal, .precision = 9},
            "4294967296",
            true,
            "column \"c\" got \"4294967296\", which does not fit"},
        Row{{TypeId::money}, "x", true, "column \"c\" got \"x\", which does not fit"},
        Row{{TypeId::date}, "2026-02-29", true, "\"2026-02-29\" is no date or time"},
        Row{{TypeId::unique_identifier},
            "C4FADE0D",
            true,
            "column \"c\" got \"C4FADE0D\", which is no uniqueidentifier"}}) {
    CAPTURE(row.why);
    CHECK_THROWS_WITH_AS(written(row.type, row.value, row.nullable), row.why, Error);
  }
}

TEST_CASE("text that is no moment is refused") {
  for (const char* broken : {"", "x", "2026", "2026-13-01", "2026-00-10", "0000-01-01", "24:00:00", "12:60", "12:00:60",
                             "2026-01-02 ", "2026-01-02X03:04", "2026-01-02 03:04:05.12345678", "12:00:00 01:00",
                             "12:00:00 +15:00", "12:00:00 +01:00x", "-001-01-01"}) {
    CAPTURE(broken);
    CHECK_THROWS_AS(parse_moment(broken), Error);
  }
}

TEST_CASE("broken UTF-16 and broken UTF-8 become the replacement character") {
  CHECK(from_utf16(bytes("3d d8 61 00")) ==
        "\xef\xbf\xbd"
        "a");
  CHECK(from_utf16(bytes("00 de")) == "\xef\xbf\xbd");
  CHECK(from_utf16(bytes("61 00 62")) == "a\xef\xbf\xbd");
  CHECK(hex(to_utf16("\xff")) == "fd ff");
  CHECK(to_code_page("\xff") == "?");
}

TEST_CASE("every byte of the code page finds its way back") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(to_code_page(from_code_page(all)) == all);
  CHECK(from_code_page("\x80\x9f") == "€Ÿ");
}
