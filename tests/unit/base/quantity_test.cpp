#include "dba/base/quantity.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "support/mutate.hpp"

using dba::Quantity;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

std::string quantity_failure(std::string_view text) {
  try {
    Quantity::parse(text);
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("quantities have Go's canonical form") {
  struct Row {
    const char* text;
    const char* want;
  };
  for (const Row& row : {
           Row{"1.5Gi", "1536Mi"},
           Row{"0.5Gi", "512Mi"},
           Row{"1024Ki", "1Mi"},
           Row{"1000Ki", "1000Ki"},
           Row{"1000M", "1G"},
           Row{"1500m", "1500m"},
           Row{"1.5", "1500m"},
           Row{"2000m", "2"},
           Row{"0.1m", "100u"},
           Row{"1e3", "1e3"},
           Row{"1E3", "1e3"},
           Row{"12e6", "12e6"},
           Row{"100e1", "1e3"},
           Row{"1e0", "1"},
           Row{"15e-1", "1500e-3"},
           Row{"1000", "1k"},
           Row{"1E", "1E"},
           Row{"1000E", "1000E"},
           Row{"0.0000000001", "1n"},
           Row{"0.00000000011", "1n"},
           Row{"1e-400", "1e-9"},
           Row{"1Ki", "1Ki"},
           Row{"512", "512"},
           Row{"-1.5Gi", "-1536Mi"},
           Row{"1.7Gi", "1825361100800m"},
           Row{"1825361100800m", "1825361100800m"},
           Row{"0.001Ki", "1024m"},
           Row{"0.0001Ki", "102400u"},
           Row{"8Ei", "9223372036854775807"},
           Row{"9000000Pi", "9223372036854775807"},
           Row{"-9000000Pi", "-9223372036854775807"},
           Row{"0", "0"},
           Row{"0Gi", "0"},
           Row{"-0.0", "0"},
           Row{"000012", "12"},
           Row{"+1", "1"},
           Row{".5", "500m"},
           Row{"5.", "5"},
           Row{"1.Gi", "1Gi"},
       }) {
    CAPTURE(row.text);
    CHECK(Quantity::parse(row.text).canonical() == row.want);
    CHECK(Quantity::parse(row.text).text() == row.text);
  }
}

TEST_CASE("a quantity of bytes is binary") {
  CHECK(Quantity::from_bytes(10737418240).canonical() == "10Gi");
  CHECK(Quantity::from_bytes(512).canonical() == "512");
  CHECK(Quantity::from_bytes(1025).canonical() == "1025");
  CHECK(Quantity::from_bytes(0).text() == "0");
  CHECK(Quantity::from_bytes(kMin).canonical() == "-8Ei");
  CHECK(Quantity::from_bytes(kMax).units_rounded_up() == kMax);
}

TEST_CASE("units and thousandths are rounded away from zero and saturate") {
  struct Row {
    const char* text;
    std::int64_t units;
    std::int64_t milli;
  };
  for (const Row& row : {
           Row{"10Gi", 10737418240, 10737418240000},
           Row{"1.7Gi", 1825361101, 1825361100800},
           Row{"1825361100800m", 1825361101, 1825361100800},
           Row{"500m", 1, 500},
           Row{"-500m", -1, -500},
           Row{"1n", 1, 1},
           Row{"-1n", -1, -1},
           Row{"0", 0, 0},
           Row{"2k", 2000, 2000000},
           Row{"9223372036854775807", kMax, kMax},
           Row{"1e21", kMax, kMax},
           Row{"-1e21", kMin, kMin},
           Row{"8Ei", kMax, kMax},
       }) {
    CAPTURE(row.text);
    CHECK(Quantity::parse(row.text).units_rounded_up() == row.units);
    CHECK(Quantity::parse(row.text).milli_rounded_up() == row.milli);
  }
}

TEST_CASE("quantities are compared by value") {
  CHECK(Quantity::parse("1Gi") == Quantity::parse("1024Mi"));
  CHECK(Quantity::parse("1.7Gi") == Quantity::parse("1825361100800m"));
  CHECK(Quantity::parse("1k") == Quantity::parse("1e3"));
  CHECK(Quantity::parse("1G") < Quantity::parse("1Gi"));
  CHECK(Quantity::parse("-1") < Quantity::parse("0"));
  CHECK(Quantity::parse("2") > Quantity::parse("1999m"));
  CHECK(Quantity::parse("2") != Quantity::parse("1999m"));
  CHECK(Quantity::parse("-1m").is_negative());
  CHECK_FALSE(Quantity::parse("-0").is_negative());
  CHECK(Quantity::parse("0.0").is_zero());
  CHECK(Quantity::parse("1500m").is_whole() == false);
  CHECK(Quantity::parse("2000m").is_whole());
}

TEST_CASE("bytes are written as typed when whole, else rounded up to the next Mi") {
  struct Row {
    const char* text;
    const char* want;
    bool rounded;
  };
  for (const Row& row : {
           Row{"1.7Gi", "1741Mi", true},
           Row{"10Gi", "10Gi", false},
           Row{"1.5Gi", "1.5Gi", false},
           Row{"1e9", "1e9", false},
           Row{"1825361100800m", "1741Mi", true},
           Row{"0.3", "1Mi", true},
           Row{"10485760.5", "11Mi", true},
       }) {
    CAPTURE(row.text);
    bool rounded = !row.rounded;
    CHECK(Quantity::parse(row.text).whole_bytes_text(rounded) == row.want);
    CHECK(rounded == row.rounded);
  }
}

TEST_CASE("a bad quantity is refused with the reason, and advice for common slips") {
  const std::string grammar = "write a number and perhaps a unit, such as 2, 500m, 512Mi or 10Gi";
  const std::string suffix = "its unit is unknown, use one of m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei";
  struct Row {
    const char* text;
    std::string why;
  };
  for (const Row& row : {
           Row{"", grammar},
           Row{"-", grammar},
           Row{".", grammar},
           Row{"Gi", grammar},
           Row{"1.2.3", grammar},
           Row{"--1", grammar},
           Row{"1,5Gi", grammar},
           Row{"ten", grammar},
           Row{"10 Gi", "write it without blanks"},
           Row{" 10Gi", "write it without blanks"},
           Row{"10GB", "use 10Gi or 10G"},
           Row{"10gb", "use 10Gi or 10G"},
           Row{"10GiB", "use 10Gi"},
           Row{"10gi", "use 10Gi"},
           Row{"10g", "use 10Gi or 10G"},
           Row{"1K", "use 1Ki or 1k"},
           Row{"1ki", "use 1Ki"},
           Row{"512B", "use 512: bytes have no suffix"},
           Row{"1kk", suffix},
           Row{"1e", "use 1Ei or 1E"},
           Row{"1e1.5", grammar},
           Row{"1i", suffix},
           Row{"1e30", "the value is too large"},
           Row{"99999999999999999999999999999999999999999", "the value is too large"},
           Row{"1e99999999999", "the value is too large"},
       }) {
    CAPTURE(row.text);
    CHECK(quantity_failure(row.text) == "\"" + std::string(row.text) + "\" is not a quantity: " + row.why);
    CHECK_FALSE(Quantity::try_parse(row.text).has_value());
  }
}

TEST_CASE("damaged quantities are refused or read, and their canonical form is equal to them") {
  constexpr std::string_view kInputs[] = {"1.5Gi", "1825361100800m", "-12e6", "1E3", "0.0000000001", "8Ei", "10k",
                                          "1e-9"};
  dba::test::check_survives(kInputs, 5000, [](const std::string& text) {
    const Quantity quantity = Quantity::parse(text);
    CHECK(Quantity::parse(quantity.canonical()) == quantity);
    CHECK(Quantity::parse(quantity.canonical()).canonical() == quantity.canonical());
    bool rounded = false;
    quantity.whole_bytes_text(rounded);
    quantity.milli_rounded_up();
  });
}
