// Which driver: the one that is named, else Microsoft's newest, else FreeTDS.
#include "odbc_drivers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "odbc_api.hpp"

namespace dba::sql {

namespace {

constexpr int kOldestMicrosoft = 17;

/// 18 for "ODBC Driver 18 for SQL Server"; 0 for every other name.
int microsoft_version(std::string_view name) {
  constexpr std::string_view kPrefix = "ODBC Driver ", kSuffix = " for SQL Server";
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return 0;
  return std::atoi(std::string(name.substr(kPrefix.size())).c_str());
}

Driver::Family family_of(std::string_view name, std::string_view file) {
  if (file.find("libmsodbcsql") != std::string_view::npos || microsoft_version(name) >= kOldestMicrosoft) {
    return Driver::Family::microsoft;
  }
  return file.find("libtdsodbc") != std::string_view::npos ? Driver::Family::freetds : Driver::Family::unknown;
}

/// The value of "Driver" in the attributes of a section: "Key=value" texts, each ended by a zero.
std::string driver_file(const std::vector<SQLCHAR>& attributes) {
  const auto* at = reinterpret_cast<const char*>(attributes.data());
  for (; *at != '\0'; at += std::string_view(at).size() + 1) {
    const std::string_view pair(at);
    if (pair.starts_with("Driver=")) return std::string(pair.substr(7));
  }
  return {};
}

std::vector<Driver> registered() {
  std::vector<Driver> drivers;
  std::array<SQLCHAR, 256> name{};
  std::vector<SQLCHAR> attributes(8192);
  for (SQLUSMALLINT direction = SQL_FETCH_FIRST;; direction = SQL_FETCH_NEXT) {
    std::fill(attributes.begin(), attributes.end(), SQLCHAR{0});
    SQLSMALLINT name_length = 0, attributes_length = 0;
    const SQLRETURN result =
        odbc().drivers(odbc_environment(), direction, name.data(), name.size(), &name_length, attributes.data(),
                       static_cast<SQLSMALLINT>(attributes.size() - 2), &attributes_length);
    if (!SQL_SUCCEEDED(result)) return drivers;
    Driver driver{reinterpret_cast<const char*>(name.data()), driver_file(attributes), Driver::Family::unknown};
    driver.family = family_of(driver.name, driver.file);
    if (driver.family != Driver::Family::unknown) drivers.push_back(std::move(driver));
  }
}

/// Where packages put the files, for a machine whose odbcinst.ini names none.
std::vector<Driver> unregistered() {
  std::vector<Driver> drivers;
  const auto look = [&](const std::filesystem::path& folder, std::string_view prefix) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with(prefix) || file.find(".so") == std::string::npos) continue;
      drivers.push_back({entry.path().string(), entry.path().string(), family_of("", file)});
    }
  };
  look("/opt/microsoft/msodbcsql18/lib64", "libmsodbcsql-18");
  look("/opt/microsoft/msodbcsql17/lib64", "libmsodbcsql-17");
  look("/usr/lib/x86_64-linux-gnu/odbc", "libtdsodbc.so");
  look("/usr/lib/aarch64-linux-gnu/odbc", "libtdsodbc.so");
  return drivers;
}

int rank(const Driver& driver) {
  switch (driver.family) {
    case Driver::Family::microsoft:
      return 1000 + microsoft_version(driver.name);
    case Driver::Family::freetds:
      return 1;
    case Driver::Family::unknown:
      break;
  }
  return 0;
}

}  // namespace

std::vector<Driver> installed_drivers() {
  std::vector<Driver> drivers = registered();
  for (Driver& driver : unregistered()) {
    const bool known =
        std::any_of(drivers.begin(), drivers.end(), [&](const Driver& other) { return other.family == driver.family; });
    if (!known) drivers.push_back(std::move(driver));
  }
  std::stable_sort(drivers.begin(), drivers.end(), [](const Driver& a, const Driver& b) { return rank(a) > rank(b); });
  return drivers;
}

std::vector<Driver> drivers_to_try(const std::string& wanted) {
  std::vector<Driver> drivers = installed_drivers();
  if (!wanted.empty()) {
    if (wanted.starts_with('/')) return {{wanted, wanted, family_of("", wanted)}};
    for (Driver& driver : drivers) {
      if (driver.name == wanted) return {std::move(driver)};
    }
    std::string known;
    for (const Driver& driver : drivers) known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", driver.name);
    throw SqlError(Phase::connect, Failure::no_driver,
                   fmt::format("there is no ODBC driver \"{}\" on this machine", wanted), {},
                   known.empty() ? kInstallDriver : fmt::format("give --odbc-driver one of {}", known));
  }
  if (drivers.empty()) {
    throw SqlError(Phase::connect, Failure::no_driver, "there is no ODBC driver for SQL Server on this machine", {},
                   kInstallDriver);
  }
  return drivers;
}

}  // namespace dba::sql
