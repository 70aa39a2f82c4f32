#pragma once
// The ODBC drivers that tests can run with here. FreeTDS is the one of Debian's tdsodbc, Microsoft's the file that
// DBA_MSODBC names. One that DBA_REQUIRE lists ("freetds,msodbc") has to be there.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace dba::test {

struct OdbcDriver {
  std::string name{}, file{};
};

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

inline std::string freetds_file() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/odbc", "/usr/lib/aarch64-linux-gnu/odbc", "/usr/lib/odbc"}) {
    const std::string file = std::string(folder) + "/libtdsodbc.so";
    if (std::filesystem::exists(file)) return file;
  }
  return "";
}

inline const std::vector<OdbcDriver>& odbc_drivers() {
  static const std::vector<OdbcDriver> all = [] {
    std::vector<OdbcDriver> found;
    if (const std::string file = freetds_file(); !file.empty()) found.push_back({"FreeTDS", file});
    if (const std::string file = environment("DBA_MSODBC"); !file.empty()) found.push_back({"Microsoft", file});
    return found;
  }();
  return all;
}

/// For each driver there is a SUBCASE of its name.
#define DBA_FOR_EACH_DRIVER(driver) \
  for (const dba::test::OdbcDriver& driver : dba::test::odbc_drivers()) SUBCASE(driver.name.c_str())

}  // namespace dba::test
