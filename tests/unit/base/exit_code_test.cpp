#include "dba/base/exit_code.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using dba::exit_code_table;
using dba::ExitCode;
using dba::worst;

TEST_CASE("the table lists every exit code once, in ascending order") {
  std::vector<int> numbers;
  std::set<std::string_view> names;
  for (const dba::ExitCodeRow& row : exit_code_table()) {
    numbers.push_back(static_cast<int>(row.code));
    names.insert(row.name);
    CHECK_FALSE(row.meaning.empty());
    CHECK(row.meaning.back() != '.');
  }
  CHECK(numbers == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 18, 22, 124, 130, 143});
  CHECK(names.size() == numbers.size());
}

TEST_CASE("the worst of two codes follows the order of severity") {
  const std::vector<int> order{130, 143, 12, 18, 13, 14, 15, 11, 22, 6, 7, 5, 4, 3, 2, 1, 124, 10, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      const auto worse = static_cast<ExitCode>(order[i]);
      const auto better = static_cast<ExitCode>(order[j]);
      CHECK(worst(worse, better) == worse);
      CHECK(worst(better, worse) == worse);
    }
  }
}
