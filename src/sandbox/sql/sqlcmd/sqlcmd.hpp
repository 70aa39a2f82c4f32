#pragma once
// sqlcmd as it is in the database's image: batches from -Q, -q, -i or standard input, results as columns of text.
// @source mssql.md 5.10; Microsoft's documentation of sqlcmd (options, layout of columns, exit codes)

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/pod_backend.hpp"

namespace dba::sandbox::sqlserver {

class SqlServers;

/// The container it runs in.
struct SqlcmdCall {
  streaming::PodRef pod{};
  std::vector<std::string> argv{};  ///< With the program first.
  std::map<std::string, std::string> environment{};
  std::map<std::string, std::string> files{};
  std::function<std::optional<std::string>()> read{};  ///< A chunk of standard input; absent = it has ended.
  std::function<void(std::string_view)> out{}, err{};
  std::stop_token stop{};
};

/// Connects to the SQL Server of its own pod, whatever -S says of localhost or the pod's names.
/// @returns the exit code: 1 when it cannot connect, or with -b when a batch failed
int run_sqlcmd(SqlServers& servers, const SqlcmdCall& call);

}  // namespace dba::sandbox::sqlserver
