#include "warnings.hpp"

#include <doctest/doctest.h>

namespace dba::kube {

TEST_CASE("warning headers are read by their grammar and only code 299 is kept") {
  struct Row {
    const char* header;
    std::vector<std::string> texts;
  };
  const Row rows[] = {
      {R"(299 - "foo is deprecated")", {"foo is deprecated"}},
      {R"(299 - "say \"hi\" \\ there")", {R"(say "hi" \ there)"}},
      {R"(299 k8s "a" "Sat, 25 Aug 2012 23:34:45 GMT", 299 - "b")", {"a", "b"}},
      {R"(299 - "a", 199 - "b")", {"a"}},
      {R"(199 - "a",299 - "b")", {"b"}},
      {R"(299 - unquoted)", {}},
      {R"(299 "x")", {}},
      {R"(299 - "")", {}},
      {R"(299 - "open)", {}},
      {R"(299 - "open\)", {}},
      {R"(29 - "a")", {}},
      {R"(2x9 - "a")", {}},
      {R"(299 - "a" , 299 - "b")", {"a", "b"}},
      {R"(299 - "a", broken, 299 - "b")", {"a"}},
      {"299 - \"control \x1b[31m\"", {}},
      {"299 - \"not utf-8 \xff\"", {}},
      {"299 - \"gr\xC3\xBC\xC3\x9F dich\"", {"gr\xC3\xBC\xC3\x9F dich"}},
      {"", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    CHECK(parse_warning_header(row.header) == row.texts);
  }
}

}  // namespace dba::kube
