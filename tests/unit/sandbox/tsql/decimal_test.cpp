#include "tsql/types/decimal.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "world/random.hpp"

using namespace dba::sandbox::sqlserver::tsql;

namespace {

std::string shown(const std::optional<Decimal>& value) { return value ? format_decimal(*value) : "too big"; }
Decimal read(std::string_view text) { return parse_decimal(text).value(); }

}  // namespace

TEST_CASE("decimals are read and written as they are") {
  struct Row {
    std::string_view text, shown;
  };
  const Row rows[] = {
      {"1", "1"},      {"-0.50", "-0.50"},
      {"+.5", "0.5"},  {" 7 ", "7"},
      {"1e3", "1000"}, {"1.5e-3", "0.0015"},
      {"-0", "0"},     {"00012.30", "12.30"},
      {"0e99", "0"},   {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"}};
  for (const Row& row : rows) CHECK(format_decimal(read(row.text)) == row.shown);
  for (const std::string_view bad :
       {"", "-", ".", "1.2.3", "1e", "x", "1 2", "100000000000000000000000000000000000000", "1e60", "1e999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_decimal(bad).has_value());
  }
}

TEST_CASE("arithmetic on decimals rounds half away from zero and says when it does not fit") {
  CHECK(shown(add(read("1.25"), read("-3.5"), 2)) == "-2.25");
  CHECK(shown(add(read("0.05"), read("0.10"), 1)) == "0.2");
  CHECK(shown(multiply(read("-1.5"), read("1.5"), 1)) == "-2.3");
  CHECK(shown(multiply(read("99999999999999999999"), read("99999999999999999999"), 0)) == "too big");
  CHECK(shown(multiply(read("9999999999999999999"), read("9999999999999999999"), 0)) ==
        "99999999999999999980000000000000000001");
  CHECK(shown(divide(read("10"), read("3"), 6)) == "3.333333");
  CHECK(shown(divide(read("1"), read("-8"), 3)) == "-0.125");
  CHECK(shown(divide(read("99999999999999999999999999999999999999"), read("0.00000000000000000000000000000000000001"),
                     0)) == "too big");
  CHECK(shown(remainder(read("-7.5"), read("2"), 1)) == "-1.5");
  CHECK(shown(rescale(read("2.345"), 2)) == "2.35");
  CHECK(shown(rescale(read("-2.5"), 0)) == "-3");
  CHECK(read("1.50") == read("1.5"));
  CHECK(read("-2") < read("-1.99"));
  CHECK(read("10") > read("9.99999"));
  CHECK(shown(decimal_from(0.1, 3)) == "0.100");
  CHECK(shown(decimal_from(1e38, 0)) == "too big");
  CHECK(shown(decimal_from(INT64_MIN)) == "-9223372036854775808");
}

TEST_CASE("what is taken apart comes together again") {
  dba::sandbox::world::Random random(1, "decimals");
  std::vector<std::string> broken;
  for (int i = 0; i < 2000; ++i) {
    const auto number = [&] {
      Decimal value{random.chance(0.5), random.next() % 1'000'000'000'000, static_cast<int>(random.below(6))};
      if (value.digits == 0) value.negative = false;
      return value;
    };
    const Decimal a = number(), b = number();
    const auto expect = [&](bool holds, std::string_view what) {
      if (!holds) broken.push_back(fmt::format("{} of {} and {}", what, format_decimal(a), format_decimal(b)));
    };
    expect(read(format_decimal(a)) == a, "text");
    expect(add(add(a, b, 6).value(), negated(b), 6).value() == a, "sum");
    expect(multiply(a, b, 12).value() == multiply(b, a, 12).value(), "product");
    if (b.digits == 0) continue;
    // a = whole * b + rest
    const Decimal whole = truncate_to(divide(a, b, 8).value(), 0), rest = remainder(a, b, 6).value();
    expect(add(multiply(whole, b, 6).value(), rest, 6).value() == a, "rest");
    expect(divide(multiply(a, b, 12).value(), b, 6).value() == a, "quotient");
  }
  CHECK(broken == std::vector<std::string>{});
}
