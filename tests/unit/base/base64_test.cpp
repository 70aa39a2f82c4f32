#include "dba/base/base64.hpp"

#include <string>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "support/mutate.hpp"

using dba::base64_decode;
using dba::base64_encode;

namespace {

std::string base64_failure(std::string_view text) {
  try {
    base64_decode(text);
  } catch (const dba::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the vectors of RFC 4648 encode and decode") {
  struct Row {
    const char* bytes;
    const char* text;
  };
  for (const Row& row : {Row{"", ""}, Row{"f", "Zg=="}, Row{"fo", "Zm8="}, Row{"foo", "Zm9v"}, Row{"foob", "Zm9vYg=="},
                         Row{"fooba", "Zm9vYmE="}, Row{"foobar", "Zm9vYmFy"}}) {
    CHECK(base64_encode(row.bytes) == row.text);
    CHECK(base64_decode(row.text) == row.bytes);
  }
}

TEST_CASE("all byte values and lengths survive a round trip") {
  dba::test::Random random(7);
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(random() & 0xFF);
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
  }
}

TEST_CASE("line breaks are ignored anywhere") {
  CHECK(base64_decode("Zm9v\nYmFy\r\n") == "foobar");
  CHECK(base64_decode("Z\ng=\n=\n") == "f");
}

TEST_CASE("a broken text is refused with the byte that Go names") {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"!!!!", "illegal base64 data at input byte 0"},
           Row{"====", "illegal base64 data at input byte 0"},
           Row{"x===", "illegal base64 data at input byte 1"},
           Row{"=AAA", "illegal base64 data at input byte 0"},
           Row{"A=AA", "illegal base64 data at input byte 1"},
           Row{"AA=A", "illegal base64 data at input byte 2"},
           Row{"AA==A", "illegal base64 data at input byte 4"},
           Row{"AAA=AAAA", "illegal base64 data at input byte 4"},
           Row{"AAAAA", "illegal base64 data at input byte 4"},
           Row{"AAAAAA", "illegal base64 data at input byte 4"},
           Row{"A=", "illegal base64 data at input byte 1"},
           Row{"AA=", "illegal base64 data at input byte 3"},
           Row{"AB-_", "illegal base64 data at input byte 2"},
           Row{"Zg== ", "illegal base64 data at input byte 4"},
       }) {
    CAPTURE(row.text);
    CHECK(base64_failure(row.text) == row.message);
  }
}
