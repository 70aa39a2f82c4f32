#include "json_scan.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

namespace dba::kube {

namespace {

std::vector<std::string> items_of(const ListPage& page) {
  std::vector<std::string> items;
  for (const ListPage::Span& span : page.items) items.emplace_back(page.item(span));
  return items;
}

std::vector<std::string> frames_of(std::string_view stream, std::size_t chunk_size) {
  FrameSplitter splitter;
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < stream.size(); at += chunk_size) {
    splitter.feed(stream.substr(at, chunk_size));
    while (std::optional<std::string> frame = splitter.next()) frames.push_back(*std::move(frame));
  }
  return frames;
}

}  // namespace

TEST_CASE("a list page is cut into its items wherever its own fields stand") {
  struct Row {
    const char* body;
    const char *continue_token, *version;
    std::vector<std::string> items;
  };
  const Row rows[] = {
      {R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":"t"},"items":[{"a":1},{"b":"]}"}]})",
       "t",
       "7",
       {R"({"a":1})", R"({"b":"]}"})"}},
      {R"( { "items" : [ {"x":{"y":[1,2,"\"]"]}} , {} ] , "metadata" : {"resourceVersion":"9"} } )",
       "",
       "9",
       {R"({"x":{"y":[1,2,"\"]"]}})", "{}"}},
      {R"({"items":[],"metadata":{"resourceVersion":"1"}})", "", "1", {}},
      {R"({"items":null,"n":12,"t":true,"s":"a\\","metadata":{}})", "", "", {}},
      {"{}", "", "", {}},
      {R"({"metadata":{"remainingItemCount":3,"continue":"a\u0041"}})", "aA", "", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const ListPage page = split_list_page(row.body);
    CHECK(page.continue_token == row.continue_token);
    CHECK(page.resource_version == row.version);
    CHECK(items_of(page) == row.items);
  }
}

TEST_CASE("a page tells its kind and whether it has items, null ones included") {
  const ListPage list = split_list_page(R"({"kind":"PodList","items":null})");
  CHECK(list.kind == "PodList");
  CHECK(list.has_items);
  const ListPage other = split_list_page(R"({"kind":7,"metadata":{"kind":"PodList","items":[]}})");
  CHECK(other.kind.empty());
  CHECK_FALSE(other.has_items);
}

TEST_CASE("a page that is no whole JSON object is refused at every cut") {
  const std::string whole = R"({"kind":"L","metadata":{"resourceVersion":"7"},"items":[{"a":1},{"b":[2]}]})";
  CHECK(split_list_page(whole).items.size() == 2);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(split_list_page(whole.substr(0, length)), Error);
  }
  for (const char* body : {"<html>", "[]", "null", "{\"a\" 1}", "{a:1}", "{\"items\":[{}{}]}"}) {
    CAPTURE(body);
    CHECK_THROWS_AS(split_list_page(body), Error);
  }
}

TEST_CASE("frames are found whatever the chunks") {
  const std::string stream =
      "{\"type\":\"ADDED\",\"object\":{\"s\":\"}{\\\"\"}}\n\n{\"a\":[{}]}{\"b\":1}\r\n  {\"c\":\"\\\\\"}";
  const std::vector<std::string> wanted = {R"({"type":"ADDED","object":{"s":"}{\""}})", R"({"a":[{}]})", R"({"b":1})",
                                           R"({"c":"\\"})"};
  for (std::size_t chunk_size = 1; chunk_size <= stream.size(); ++chunk_size) {
    CAPTURE(chunk_size);
    CHECK(frames_of(stream, chunk_size) == wanted);
  }
}

TEST_CASE("a torn frame is not handed out, garbage between frames and an endless frame are refused") {
  CHECK(frames_of(R"({"a":1}{"b":)", 3) == std::vector<std::string>{R"({"a":1})"});
  CHECK_THROWS_AS(frames_of("{\"a\":1}\n<html>", 4), Error);
  FrameSplitter splitter;
  splitter.feed("{\"a\":\"");
  const std::string filler(std::size_t{1} << 20U, 'x');
  const auto feed_all = [&] {
    for (int i = 0; i < 65; ++i) {
      splitter.feed(filler);
      static_cast<void>(splitter.next());
    }
  };
  CHECK_THROWS_AS(feed_all(), Error);
}

}  // namespace dba::kube
