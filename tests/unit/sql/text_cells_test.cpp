#include "text_cells.hpp"

#include <doctest/doctest.h>

using namespace dba::sql;

namespace {

std::string in_pieces(const std::u16string& text, std::size_t piece) {
  Utf16Reader reader;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::u16string part = text.substr(at, piece);
    reader.append(part.data(), part.size(), out);
  }
  reader.finish(out);
  return out;
}

}  // namespace

TEST_CASE("UTF-16 becomes UTF-8 wherever it is cut into pieces") {
  for (std::size_t piece = 1; piece <= 8; ++piece) {
    CAPTURE(piece);
    CHECK(in_pieces(u"h\u00e9llo \u2713 \U0001d11e!", piece) == "h\xc3\xa9llo \xe2\x9c\x93 \xf0\x9d\x84\x9e!");
  }
  CHECK(in_pieces(u"", 1).empty());
}

TEST_CASE("half a surrogate pair becomes the replacement character and swallows nothing") {
  const std::string replacement = "\xef\xbf\xbd";
  CHECK(in_pieces({char16_t{0xd834}}, 1) == replacement);
  CHECK(in_pieces({char16_t{0xd834}, u'a'}, 1) == replacement + "a");
  CHECK(in_pieces({char16_t{0xdd1e}, u'a'}, 2) == replacement + "a");
  CHECK(in_pieces({char16_t{0xd834}, char16_t{0xd834}, char16_t{0xdd1e}}, 3) == replacement + "\xf0\x9d\x84\x9e");
}

TEST_CASE("numbers and times have one text form") {
  CHECK(format_floating(0.0) == "0");
  CHECK(format_floating(-1.5) == "-1.5");
  CHECK(format_floating(1e20) == "1e+20");
  CHECK(format_floating(0.1) == "0.1");
  const TimestampParts parts{2025, 7, 31, 5, 51, 6, 830000000};
  CHECK(format_timestamp(parts, 0) == "2025-07-31 05:51:06");
  CHECK(format_timestamp(parts, 3) == "2025-07-31 05:51:06.830");
  CHECK(format_timestamp(parts, 7) == "2025-07-31 05:51:06.8300000");
  CHECK(format_timestamp({1, 1, 1, 0, 0, 0, 0}, 7) == "0001-01-01 00:00:00.0000000");
}
