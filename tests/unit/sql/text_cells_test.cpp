#include "text_cells.hpp"

#include <doctest/doctest.h>

using namespace dba::sql;

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
