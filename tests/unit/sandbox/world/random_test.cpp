#include "world/random.hpp"

#include <array>
#include <chrono>
#include <string_view>

#include <doctest/doctest.h>

using namespace dba::sandbox::world;
using namespace std::chrono_literals;

TEST_CASE("an unnamed stream is SplitMix64 as published") {
  // @source the reference program's output for the seed 1234567, and for 0.
  Random random(1234567, "");
  CHECK(random.next() == 6457827717110365317U);
  CHECK(random.next() == 3203168211198807973U);
  CHECK(Random(0, "").next() == 0xe220a8397b1dcdafU);
}

TEST_CASE("a named stream has numbers of its own, the same on every run") {
  Random two(1, "election demo/sales 2");
  CHECK(two.next() == 0x75c4b052251919faU);
  CHECK(two.next() == 0x77b58f78ad507f06U);
  CHECK(two.next() == 0xdf8be06563542c31U);
  CHECK(Random(1, "election demo/sales 1").next() == 0xadd9de7fdca4b725U);
}

TEST_CASE("numbers below a limit reach every value and nothing beyond") {
  Random random(5, "dice");
  std::array<int, 6> counts{};
  for (int i = 0; i < 6000; ++i) ++counts.at(random.below(6));
  for (const int count : counts) {
    CHECK(count > 850);
    CHECK(count < 1150);
  }
  CHECK(Random(5, "one").below(1) == 0);
}

TEST_CASE("fractions, chances and durations stay within their bounds") {
  Random random(9, "bounds");
  int hits = 0;
  for (int i = 0; i < 1000; ++i) {
    const double fraction = random.fraction();
    CHECK(fraction >= 0);
    CHECK(fraction < 1);
    const auto span = random.between(10ms, 20ms);
    CHECK(span >= 10ms);
    CHECK(span <= 20ms);
    if (random.chance(0.25)) ++hits;
    CHECK_FALSE(random.chance(0));
    CHECK(random.chance(1));
  }
  CHECK(hits > 200);
  CHECK(hits < 300);
  CHECK(random.between(7ms, 7ms) == 7ms);
  CHECK(random.between(7ms, 3ms) == 7ms);
}

TEST_CASE("text is drawn from the alphabet given") {
  Random random(3, "suffix");
  const auto text = random.text(200, "abc");
  CHECK(text.size() == 200);
  CHECK(text.find_first_not_of("abc") == std::string::npos);
  CHECK(text.find('c') != std::string::npos);
}
