// The statements availability groups are watched with, against views as a replica shows them.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include <doctest/doctest.h>

#include "dba/platform/files.hpp"

#include "support/golden.hpp"
#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

namespace {

const std::string kFolder = std::string(DBA_SOURCE_DIR) + "/tests/unit/sandbox/tsql/";

/// "name sysname", "x numeric(25,0)"
sql::Column parse_column(const std::string& text) {
  const std::size_t blank = text.find(' '), open = text.find('(');
  std::vector<int> sizes;
  if (open != std::string::npos) {
    for (const std::string& size : dba::split(text.substr(open + 1, text.size() - open - 2), ','))
      sizes.push_back(std::stoi(size));
  }
  const std::string type = text.substr(blank + 1, open == std::string::npos ? std::string::npos : open - blank - 1);
  return {text.substr(0, blank), sql::tsql::get_type(type, sizes, 1), true};
}

sql::Value parse_cell(const std::string& cell, const sql::Type& type) {
  if (cell == "NULL") return {};
  return sql::tsql::convert(cell, {.id = sql::TypeId::varchar, .length = -1}, type);
}

std::vector<std::string> split_columns(const std::string& line) {
  std::vector<std::string> columns;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = line.find(", ", at);
    if (end == std::string::npos) end = line.size();
    columns.push_back(line.substr(at, end - at));
    at = end + 2;
  }
  return columns;
}

void add_views(FakeHost& host) {
  sql::Table* table = nullptr;
  bool header = false;
  for (const std::string& line : dba::split(dba::platform::read_file(kFolder + "views.txt"), '\n')) {
    if (line.empty() || line.starts_with('#')) {
      table = nullptr;
    } else if (table == nullptr) {
      table = &host.views[line];
      header = true;
    } else if (std::exchange(header, false)) {
      for (const std::string& column : split_columns(line)) table->columns.push_back(parse_column(column));
    } else {
      std::vector<sql::Value>& row = table->rows.emplace_back();
      const std::vector<std::string> cells = dba::split(line, '|');
      REQUIRE(cells.size() == table->columns.size());
      for (std::size_t i = 0; i < cells.size(); ++i) row.push_back(parse_cell(cells[i], table->columns[i].type));
    }
  }
}

}  // namespace

TEST_CASE("every statement that watches an availability group has its answer") {
  Bench bench;
  add_views(bench.host);
  bench.first = bench.session("agdb1");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder + "queries")) files.push_back(entry.path());
  std::ranges::sort(files);
  REQUIRE(files.size() == 16);
  std::string all;
  for (const std::filesystem::path& file : files) {
    const std::string answer = bench.run(dba::platform::read_file(file));
    CAPTURE(file.string());
    CHECK(answer.find("Msg ") == std::string::npos);
    all += "-- " + file.stem().string() + "\n" + answer + "\n\n";
  }
  for (const auto& entry : std::filesystem::directory_iterator(std::string(DBA_SOURCE_DIR) + "/src/mssql/queries")) {
    CAPTURE(entry.path().string());
    CHECK(bench.run(dba::platform::read_file(entry.path())).find("Msg ") == std::string::npos);
  }
  check_golden("sandbox/tsql_monitoring.txt", all);
}
