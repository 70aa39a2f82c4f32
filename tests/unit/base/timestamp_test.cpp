#include "dba/base/timestamp.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace dba;
using namespace std::chrono_literals;

namespace {

/// The time as nanoseconds since 1970; nothing when the text is refused.
std::optional<std::int64_t> nanos_since_1970(std::string_view text) {
  const auto time = try_parse_rfc3339(text);
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

}  // namespace

TEST_CASE("RFC 3339 times are read with fraction and offset") {
  CHECK(nanos_since_1970("1970-01-01T00:00:00Z") == 0);
  CHECK(nanos_since_1970("2026-01-02T03:04:05Z") == 1767323045'000000000);
  CHECK(nanos_since_1970("2026-01-02T03:04:05.123456Z") == 1767323045'123456000);
  CHECK(nanos_since_1970("2026-01-02T03:04:05.1234567891Z") == 1767323045'123456789);
  CHECK(nanos_since_1970("2026-01-02T05:34:05+02:30") == 1767323045'000000000);
  CHECK(nanos_since_1970("2026-01-01T22:04:05-05:00") == 1767323045'000000000);
  CHECK(nanos_since_1970("2026-01-02t03:04:05z") == 1767323045'000000000);
  CHECK(nanos_since_1970("2024-02-29T00:00:00Z") == 1709164800'000000000);
  CHECK(nanos_since_1970("2016-12-31T23:59:60Z") == 1483228800'000000000);
  CHECK(nanos_since_1970("1969-12-31T23:59:59.5Z") == -500000000);
}

TEST_CASE("times beyond the clock's range stop at its ends") {
  CHECK(try_parse_rfc3339("9999-12-31T23:59:59Z") == WallTime::max());
  CHECK(try_parse_rfc3339("0001-01-01T00:00:00Z") == WallTime::min());
}

TEST_CASE("what is no RFC 3339 time is refused") {
  for (const char* text :
       {"", "2026-01-02", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05", "2026-1-2T03:04:05Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0200", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05Zx",
        "x026-01-02T03:04:05Z", "2026-01-00T03:04:05Z"}) {
    CAPTURE(text);
    CHECK_FALSE(try_parse_rfc3339(text).has_value());
  }
}

TEST_CASE("times are written in UTC, rounded down") {
  const WallTime time = *try_parse_rfc3339("2026-01-02T03:04:05.000006999Z");
  CHECK(format_rfc3339(time) == "2026-01-02T03:04:05Z");
  CHECK(format_rfc3339_micro(time) == "2026-01-02T03:04:05.000006Z");
  const WallTime before_1970 = *try_parse_rfc3339("1969-12-31T23:59:58.25Z");
  CHECK(format_rfc3339(before_1970) == "1969-12-31T23:59:58Z");
  CHECK(format_rfc3339_micro(before_1970) == "1969-12-31T23:59:58.250000Z");
  CHECK(format_rfc3339(WallTime::max()) == "2262-04-11T23:47:16Z");
}

TEST_CASE("the age of an object is what kubectl prints") {
  const WallTime now = *try_parse_rfc3339("2026-01-02T03:04:05Z");
  CHECK(age_text("2026-01-02T03:02:06Z", now) == "119s");
  CHECK(age_text("2026-01-02T03:02:04Z", now) == "2m1s");
  CHECK(age_text("2025-12-31T03:04:05Z", now) == "2d");
  CHECK(age_text("2026-01-02T03:04:06Z", now) == "0s");
  CHECK(age_text("2026-01-02T03:04:07Z", now) == "<invalid>");
  CHECK(age_text("2026-01-02T03:04:06.9Z", now) == "0s");
  CHECK(age_text("", now) == "<unknown>");
  CHECK(age_text("yesterday", now) == "<unknown>");
  CHECK(age_text("0001-01-01T00:00:00Z", now) == "<unknown>");
  CHECK(age_text("9999-12-31T23:59:59Z", WallTime::min()) == "<invalid>");
}

TEST_CASE("a name suffix has the letters of generated names and no others") {
  CHECK(name_suffix(0) == "bbbbbb");
  CHECK(name_suffix(26, 3) == "9bb");
  CHECK(name_suffix(0, 0).empty());
  std::set<char> seen;
  for (std::uint64_t bits = 0; bits < 27; ++bits) seen.insert(name_suffix(bits, 1)[0]);
  CHECK(std::string(seen.begin(), seen.end()) == "2456789bcdfghjklmnpqrstvwxz");
  CHECK(name_suffix(~std::uint64_t{0}).size() == 6);
}
