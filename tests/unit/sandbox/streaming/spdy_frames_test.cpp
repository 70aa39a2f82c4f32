#include "streaming/spdy_frames.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

namespace {

using namespace dba::sandbox::streaming;

}  // namespace

TEST_CASE("the dictionary has the length and the ends that the protocol gives it") {
  const auto dictionary = spdy_dictionary();
  CHECK(dictionary.size() == 1423);
  const std::string text(dictionary.begin(), dictionary.end());
  CHECK(text.substr(0, 11) == std::string("\0\0\0\x07options", 11));
  CHECK(text.ends_with(",*,enq=0."));
}

TEST_CASE("header blocks keep their compression from frame to frame, also when they arrive byte by byte") {
  SpdyWriter writer;
  const SpdyHeaders error_stream{{"port", "1433"}, {"requestid", "0"}, {"streamtype", "error"}};
  const SpdyHeaders data_stream{{"port", "1433"}, {"requestid", "0"}, {"streamtype", "data"}};
  const std::string first = writer.write({.type = SpdyType::syn_stream, .stream = 1, .headers = error_stream});
  const std::string second =
      writer.write({.type = SpdyType::syn_stream, .stream = 3, .fin = true, .headers = data_stream});
  CHECK(second.size() < first.size());
  SpdyReader reader;
  std::vector<SpdyFrame> frames;
  for (const char byte : first + second) {
    reader.feed({&byte, 1});
    while (auto frame = reader.next()) frames.push_back(std::move(*frame));
  }
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].type == SpdyType::syn_stream);
  CHECK(frames[0].stream == 1);
  CHECK(frames[0].headers == error_stream);
  CHECK_FALSE(frames[0].fin);
  CHECK(frames[1].stream == 3);
  CHECK(frames[1].headers == data_stream);
  CHECK(frames[1].fin);
}

TEST_CASE("frames without headers have the bytes of the protocol") {
  SpdyWriter writer;
  CHECK(writer.write({.type = SpdyType::data, .stream = 3, .fin = true, .payload = "hi"}) ==
        std::string("\0\0\0\x03\x01\0\0\x02hi", 10));
  CHECK(writer.write({.type = SpdyType::ping, .number = 7}) == std::string("\x80\x03\0\x06\0\0\0\x04\0\0\0\x07", 12));
  CHECK(writer.write({.type = SpdyType::window_update, .stream = 3, .number = 16}) ==
        std::string("\x80\x03\0\x09\0\0\0\x08\0\0\0\x03\0\0\0\x10", 16));
}

TEST_CASE("what is not SPDY/3 is refused") {
  struct Row {
    const char* what;
    std::string bytes;
  };
  for (const Row& row :
       {Row{"version 2", std::string("\x80\x02\0\x06\0\0\0\x04\0\0\0\x07", 12)},
        Row{"a huge control frame", std::string("\x80\x03\0\x01\0\xff\xff\xff", 8)},
        Row{"a short SYN_STREAM", std::string("\x80\x03\0\x01\0\0\0\x04\0\0\0\x01", 12)},
        Row{"headers that do not inflate", std::string("\x80\x03\0\x01\0\0\0\x0e\0\0\0\x01\0\0\0\0\0\0garb", 22)}}) {
    CAPTURE(row.what);
    SpdyReader reader;
    reader.feed(row.bytes);
    CHECK_THROWS_AS(reader.next(), dba::Error);
  }
}
