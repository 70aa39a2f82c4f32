#include "dba/output/table.hpp"

#include <string>

#include <doctest/doctest.h>

using dba::output::Table;

// @source kubectl's printer, run with the same cells.
TEST_CASE("columns are as wide as kubectl makes them, counted in code points") {
  Table table({{.header = "NAME"}, {.header = "VERSION"}, {.header = "AGE"}}, false);
  table.add({"a", "2022-cu12", "3d"});
  table.add({"längerer-name", "", "12m"});
  CHECK(table.flush() ==
        "NAME            VERSION     AGE\n"
        "a               2022-cu12   3d\n"
        "längerer-name               12m\n");
}

TEST_CASE("a wide table shows the columns that are hidden else") {
  const auto filled = [](bool wide) {
    Table table({{.header = "NAME"}, {.header = "VERSION"}, {.header = "EXTRA", .wide_only = true}, {.header = "AGE"}},
                wide);
    table.add({"a", "2022-cu12", "w", "3d"});
    table.add({"längerer-name", "", "w", "12m"});
    return table.flush();
  };
  CHECK(filled(true) ==
        "NAME            VERSION     EXTRA   AGE\n"
        "a               2022-cu12   w       3d\n"
        "längerer-name               w       12m\n");
  CHECK(filled(false) ==
        "NAME            VERSION     AGE\n"
        "a               2022-cu12   3d\n"
        "längerer-name               12m\n");
}

TEST_CASE("an empty last cell leaves the padding of the column before it, as kubectl does") {
  Table table({{.header = "NAME"}, {.header = "AGE"}, {.header = "BAR"}, {.header = "LABELS"}}, false);
  table.add({"a", "3d", "", "<none>"});
  table.add({"b", "12m", "", ""});
  CHECK(table.flush() ==
        "NAME   AGE   BAR   LABELS\n"
        "a      3d          <none>\n"
        "b      12m         \n");
}

TEST_CASE("narrow columns are six wide") {
  Table table({{.header = "A"}, {.header = "B"}}, false);
  table.add({"1", "2"});
  CHECK(table.flush() == "A     B\n1     2\n");
}

TEST_CASE("widths are remembered between flushes, headers are printed once, no row prints nothing") {
  Table table({{.header = "NAME"}, {.header = "ROLE"}, {.header = "AGE"}}, false);
  CHECK(table.flush().empty());
  table.add({"sales-0", "PRIMARY", "3d"});
  CHECK(table.flush() == "NAME      ROLE      AGE\nsales-0   PRIMARY   3d\n");
  table.add({"a", "b", "1s"});
  CHECK(table.flush() == "a         b         1s\n");
  table.add({"much-longer-name", "b", "1s"});
  CHECK(table.flush() == "much-longer-name   b         1s\n");
  table.add({"a", "b", "1s"});
  CHECK(table.flush() == "a                  b         1s\n");
  CHECK(table.empty());
}

TEST_CASE("headers can be left out") {
  Table table({{.header = "NAME"}, {.header = "AGE"}}, false, false);
  table.add({"sales", "3d"});
  CHECK(table.flush() == "sales   3d\n");
}

TEST_CASE("a cell is one harmless line") {
  Table table({{.header = "TEXT"}, {.header = "END"}}, false, false);
  table.add({"first\nsecond", "x"});
  table.add({"a\rb", "x"});
  table.add({"red \x1b[31m", "x"});
  CHECK(table.flush() ==
        "first...     x\n"
        "a...         x\n"
        "red ^[[31m   x\n");
}

TEST_CASE("cells that are missing are empty") {
  Table table({{.header = "A"}, {.header = "B"}}, false, false);
  table.add({"1"});
  CHECK(table.flush() == "1     \n");
}
