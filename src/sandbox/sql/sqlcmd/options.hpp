#pragma once
// The command line of sqlcmd.

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dba::sandbox::sqlserver {

struct SqlcmdOptions {
  std::string server = "localhost", user{}, database{}, separator = " ";
  std::optional<std::string> password{}, query{}, input{};
  int header_rows = 0;        ///< -h: 0 = a header once a result, -1 = none.
  int widest = 256;           ///< Of a column whose type does not limit it; 0 = no limit.
  int errors_to_stderr = -1;  ///< -r: 0 = errors, 1 = everything that is told.
  bool trim = false, fail_on_error = false, trust = false, optional_encryption = false, read_only = false;
};

struct ParsedSqlcmd {
  SqlcmdOptions options{};
  std::string problem{};  ///< Not empty: what is wrong with the command line.
};

/// @param environment SQLCMDUSER, SQLCMDPASSWORD, SQLCMDSERVER, SQLCMDDBNAME are taken where no option says else
ParsedSqlcmd parse_sqlcmd(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment);

}  // namespace dba::sandbox::sqlserver
