#pragma once
// Which SQL Server a pod runs, and how that build names itself.

#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver {

struct Version {
  int year = 2022;
  int major = 16, minor = 0, build = 4115, revision = 5;
  std::string update_level{};   ///< "CU12"; empty for the first release.
  std::string reference{};      ///< "KB5033663"; empty when there is none.
  std::string product() const;  ///< "16.0.4115.5"
  friend bool operator==(const Version&, const Version&) = default;
};

/// "2022-CU12-ubuntu-22.04" (an image's tag) or "2022-cu12" (KubeDB's name) → its build; a cumulative update that we
/// do not know gets a number between its neighbours. @source Microsoft's lists of builds for 2019, 2022 and 2025
Version version_of(std::string_view text);

/// "Microsoft SQL Server 2022 (RTM-CU12) (KB5033663) - 16.0.4115.5 (X64) …", as @@VERSION prints it.
std::string banner(const Version& version, std::string_view edition);

/// SERVERPROPERTY('Edition') for MSSQL_PID. @source Microsoft's list of values of MSSQL_PID
std::string edition_of(std::string_view pid);
/// SERVERPROPERTY('EngineEdition'): 2 Standard, 3 Enterprise and its like, 4 Express.
int engine_edition_of(std::string_view pid);

}  // namespace dba::sandbox::sqlserver
