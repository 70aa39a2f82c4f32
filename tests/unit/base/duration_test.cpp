#include "dba/base/duration.hpp"

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "support/mutate.hpp"

using namespace dba;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

std::optional<std::int64_t> nanos(std::string_view text) {
  const auto duration = try_parse_duration(text);
  if (!duration) return std::nullopt;
  return duration->count();
}

}  // namespace

TEST_CASE("durations are read as Go reads them") {
  struct Row {
    std::string_view text;
    nanoseconds want;
  };
  for (const Row& row : {
           Row{"0", 0s},
           Row{"-0", 0s},
           Row{"5s", 5s},
           Row{"1m30s", 90s},
           Row{"500ms", 500ms},
           Row{"+1.5h", 90min},
           Row{"-.5m", -30s},
           Row{"1.s", 1s},
           Row{"1us", 1us},
           Row{"1\u00b5s", 1us},
           Row{"1\u03bcs", 1us},
           Row{"2ns", 2ns},
           Row{"1h1h", 2h},
           Row{"0.3333333333333333333h", 20min},
           Row{"0.100000000000000000000h", 6min},
           Row{"0.9223372036854775807h", 55min + 20s + 413933267ns},
           Row{"0.830103483285477580700h", 49min + 48s + 372539827ns},
           Row{"9223372036854775807ns", nanoseconds::max()},
           Row{"-9223372036854775808ns", nanoseconds::min()},
           Row{"-2562047h47m16.854775808s", nanoseconds::min()},
       }) {
    CAPTURE(row.text);
    CHECK(nanos(row.text) == row.want.count());
  }
}

TEST_CASE("what Go refuses as a duration is refused") {
  for (const char* text : {"",
                           "3",
                           "-",
                           "s",
                           ".",
                           ".s",
                           "+.s",
                           "1d",
                           "1 s",
                           "1S",
                           " 1s",
                           "1s ",
                           "1x",
                           "1.2.3s",
                           "1m-1s",
                           "9223372036854775808ns",
                           "2562047h47m16.854775808s",
                           "3000000h",
                           "-9223372036854775809ns",
                           "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(try_parse_duration(text).has_value());
  }
}

TEST_CASE("durations are written as Go writes them") {
  struct Row {
    nanoseconds duration;
    const char* want;
  };
  for (const Row& row : {
           Row{0s, "0s"},
           Row{1ns, "1ns"},
           Row{1100ns, "1.1\u00b5s"},
           Row{2200us, "2.2ms"},
           Row{500ms, "500ms"},
           Row{3300ms, "3.3s"},
           Row{1min, "1m0s"},
           Row{90s, "1m30s"},
           Row{245s + 1ms, "4m5.001s"},
           Row{1h, "1h0m0s"},
           Row{18367s + 1ms, "5h6m7.001s"},
           Row{-90s, "-1m30s"},
           Row{nanoseconds::max(), "2562047h47m16.854775807s"},
           Row{nanoseconds::min(), "-2562047h47m16.854775808s"},
       }) {
    CHECK(format_duration(row.duration) == row.want);
    CHECK(try_parse_duration(row.want) == row.duration);
  }
}

TEST_CASE("a time-out is whole seconds or a duration, and 0 is no limit") {
  CHECK(parse_timeout("--timeout", "90") == 90s);
  CHECK(parse_timeout("--timeout", "2m") == 2min);
  CHECK(parse_timeout("--timeout", "1h30m") == 90min);
  CHECK(parse_timeout("--timeout", "500ms") == 500ms);
  CHECK(parse_timeout("--timeout", "0") == 0s);
  CHECK(parse_timeout("--timeout", "0s") == 0s);
}

TEST_CASE("a bad time-out is refused with the flag and what would be right") {
  for (const char* text : {"", "abc", "-", "1 s", "-1", "-5s", "1d", "99999999999", "18446744073709551616"}) {
    CAPTURE(text);
    try {
      parse_timeout("--request-timeout", text);
      FAIL_CHECK("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      CHECK(std::string(error.what()) ==
            "--request-timeout: invalid timeout value \"" + std::string(text) +
                "\": use a whole number of seconds, or numbers with units such as 90s, 2m or "
                "1h30m");
    }
  }
}

TEST_CASE("ages read as kubectl prints them") {
  struct Row {
    std::int64_t seconds;
    const char* want;
  };
  for (const Row& row : {
           Row{std::numeric_limits<std::int64_t>::min(), "<invalid>"},
           Row{-2, "<invalid>"},
           Row{-1, "0s"},
           Row{0, "0s"},
           Row{119, "119s"},
           Row{120, "2m"},
           Row{121, "2m1s"},
           Row{180, "3m"},
           Row{599, "9m59s"},
           Row{600, "10m"},
           Row{601, "10m"},
           Row{10799, "179m"},
           Row{10800, "3h"},
           Row{10801, "3h"},
           Row{18061, "5h1m"},
           Row{28799, "7h59m"},
           Row{28800, "8h"},
           Row{28860, "8h"},
           Row{172799, "47h"},
           Row{172800, "2d"},
           Row{176400, "2d1h"},
           Row{691199, "7d23h"},
           Row{691200, "8d"},
           Row{694800, "8d"},
           Row{63071999, "729d"},
           Row{63072000, "2y"},
           Row{63158400, "2y1d"},
           Row{252287999, "7y364d"},
           Row{252288000, "8y"},
           Row{252374400, "8y"},
           Row{std::numeric_limits<std::int64_t>::max(), "292471208677y"},
       }) {
    CHECK(human_duration(row.seconds) == row.want);
  }
}

TEST_CASE("damaged durations are refused or read, never worse") {
  constexpr std::string_view kInputs[] = {"1m30s", "0.3333333333333333333h", "-2562047h47m16.854775808s", "500ms",
                                          "90"};
  test::check_survives(kInputs, 5000, [](const std::string& text) {
    if (const auto duration = try_parse_duration(text))
      CHECK(try_parse_duration(format_duration(*duration)) == duration);
    parse_timeout("--timeout", text);
  });
}
