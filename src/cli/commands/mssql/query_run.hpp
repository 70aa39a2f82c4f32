#pragma once
// Runs the batches of a script on one server after the other.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/mssql/query_target.hpp"
#include "dba/mssql/tsql_batches.hpp"

#include "result_printer.hpp"

namespace dba::cli {

class QueryRun {
 public:
  using Connect = std::function<mssql::QueryTargets::Connection(platform::SteadyTime deadline)>;
  /// @param several a server that fails does not keep the others from being asked
  /// @param servers how many on() is going to be called for: none uses up what those after it need to be connected to
  QueryRun(AppContext& context, ResultPrinter& printer, const std::vector<mssql::TsqlBatch>& batches,
           platform::SteadyTime deadline, bool several, std::size_t servers);

  /// Prints what the server answers, and what goes wrong. @param pod empty = the connection says
  /// @throws Error (interrupted), told already, and of a single server everything but what SQL Server refused. The
  ///         result is whole then, and has the failure in it; of a server that was never connected to there is none
  void on(const std::string& pod, const Connect& connect);
  ExitCode code() const { return code_; }  ///< The worst so far.

 private:
  void run_batches(const mssql::QueryTargets::Connection& connection);
  void run_batch(const mssql::QueryTargets::Connection& connection, const mssql::TsqlBatch& batch);
  void check_transaction(const mssql::QueryTargets::Connection& connection);
  void warn_of_sqlcmd();
  void end_with(const Error& error, const std::string& pod);
  void tell(const Error& error, const std::string& pod, const mssql::TsqlBatch* batch);

  AppContext& context_;
  ResultPrinter& printer_;
  const std::vector<mssql::TsqlBatch>& batches_;
  platform::SteadyTime deadline_;
  bool several_;
  std::size_t left_;     ///< Servers that are still to come.
  bool warned_ = false;  ///< Of sqlcmd.
  ExitCode code_ = ExitCode::ok;
};

}  // namespace dba::cli
