#include "dba/base/utf16.hpp"

#include <doctest/doctest.h>

using namespace dba;

namespace {

const std::string kReplacement = "\xef\xbf\xbd";

std::string in_pieces(const std::u16string& text, std::size_t piece) {
  Utf16Reader reader;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    reader.append(std::u16string_view(text).substr(at, piece), out);
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
  CHECK(from_utf16(std::u16string{char16_t{0xd834}}) == kReplacement);
  CHECK(from_utf16(std::u16string{char16_t{0xd834}, u'a'}) == kReplacement + "a");
  CHECK(from_utf16(std::u16string{char16_t{0xdd1e}, u'a'}) == kReplacement + "a");
  CHECK(from_utf16(std::u16string{char16_t{0xd834}, char16_t{0xd834}, char16_t{0xdd1e}}) ==
        kReplacement + "\xf0\x9d\x84\x9e");
}

TEST_CASE("UTF-8 becomes UTF-16, what is none the replacement character") {
  CHECK(to_utf16("h\xc3\xa9llo \xf0\x9d\x84\x9e!") == u"h\u00e9llo \U0001d11e!");
  CHECK(to_utf16("a\xff") == u"a\ufffd");
  CHECK(to_utf16("").empty());
}
