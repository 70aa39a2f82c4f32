#include "dba/base/utf8.hpp"

#include <string>

#include <doctest/doctest.h>

using dba::append_utf8;
using dba::decode_utf8;
using dba::is_valid_utf8;

TEST_CASE("every scalar value survives encoding and decoding") {
  for (char32_t value = 0; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 61) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, value);
    const dba::CodePoint point = decode_utf8(text, 0);
    REQUIRE(point.valid);
    REQUIRE(point.value == value);
    REQUIRE(point.length == text.size());
  }
}

TEST_CASE("broken sequences are one invalid byte each") {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF", "\xC3(", "\xE2\x28\xA1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_valid_utf8(text));
    const dba::CodePoint point = decode_utf8(text, 0);
    CHECK_FALSE(point.valid);
    CHECK(point.length == 1);
    CHECK(point.value == static_cast<unsigned char>(text[0]));
  }
  CHECK(is_valid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  CHECK(is_valid_utf8(""));
}

TEST_CASE("the end of the text has no code point") {
  CHECK(decode_utf8("a", 1).length == 0);
  CHECK(decode_utf8("", 5).length == 0);
}

TEST_CASE("what is no scalar value is written as the replacement character") {
  std::string text;
  append_utf8(text, 0xD800);
  append_utf8(text, 0x110000);
  CHECK(text == "\xEF\xBF\xBD\xEF\xBF\xBD");
}
