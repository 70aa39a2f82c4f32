#include "sql/sqlcmd/sqlcmd.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "sql/server/server_process.hpp"
#include "sql/servers.hpp"
#include "sql/sqlcmd/options.hpp"
#include "sql/sqlcmd/printing.hpp"
#include "tsql/either_stop.hpp"

namespace dba::sandbox::sqlserver {

namespace {

int complain(const SqlcmdCall& call, std::initializer_list<std::string_view> reasons) {
  for (const std::string_view reason : reasons) {
    call.err(fmt::format("Sqlcmd: Error: Microsoft ODBC Driver 18 for SQL Server : {}.\n", reason));
  }
  return 1;
}

/// "tcp:sales-1.sales-pods.demo.svc,1433" → the pod of that name; this one for localhost and its addresses.
streaming::PodRef pod_of(const SqlcmdCall& call, std::string server) {
  if (server.starts_with("tcp:")) server.erase(0, 4);
  const std::string host = server.substr(0, server.find(','));
  const bool number = host.find_first_not_of("0123456789.:") == std::string::npos;
  if (number || host == "localhost" || host == "(local)" || host == call.pod.pod) return call.pod;
  return {.ns = call.pod.ns, .pod = host.substr(0, host.find('.'))};
}

bool is_go(const std::string& line) { return to_lower(trim(line)) == "go"; }

/// The batches of a script: GO on a line of its own ends one.
std::vector<std::string> batches_of(const std::string& script) {
  std::vector<std::string> batches(1);
  for (const std::string& line : split(script, '\n')) {
    if (is_go(line)) {
      batches.emplace_back();
    } else {
      batches.back() += line + "\n";
    }
  }
  std::erase_if(batches, [](const std::string& batch) { return trim(batch).empty(); });
  return batches;
}

std::optional<std::string> script_of(const SqlcmdCall& call, const SqlcmdOptions& options) {
  if (options.query) return options.query;
  if (options.input && *options.input != "/dev/stdin") {
    const auto file = call.files.find(*options.input);
    if (file == call.files.end()) return std::nullopt;
    return file->second;
  }
  std::string script;
  while (const auto chunk = call.read()) script += *chunk;
  return script;
}

/// A process that stands still answers when it goes on. False: it has ended, or nobody waits any more.
bool wait_until_thawed(const ServerProcess& process, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  const std::stop_token ended = process.ended();
  while (process.frozen()) {
    if (ended.stop_requested()) return false;
    changed.wait_for(lock, stop, std::chrono::milliseconds(50), [] { return false; });
    if (stop.stop_requested()) return false;
  }
  return !ended.stop_requested();
}

int run_batches(ServerProcess& process, Session& session, const std::string& script, const SqlcmdOptions& options,
                const SqlcmdCall& call) {
  const EitherStop ending(call.stop, process.ended());
  for (const std::string& batch : batches_of(script)) {
    SqlcmdPrinter printer(options, process.name(), call.out, call.err);
    session.run({.batch = batch}, printer, ending.token());
    if (session.killed() || process.ended().stop_requested()) {
      return complain(call, {"TCP Provider: Error code 0x2746", "Communication link failure"});
    }
    if (printer.failed() && options.fail_on_error) return 1;
  }
  return 0;
}

}  // namespace

int run_sqlcmd(SqlServers& servers, const SqlcmdCall& call) {
  const ParsedSqlcmd parsed = parse_sqlcmd(call.argv, call.environment);
  if (!parsed.problem.empty()) {
    call.err(parsed.problem + "\n");
    return 1;
  }
  const SqlcmdOptions& options = parsed.options;
  const std::optional<std::string> script = script_of(call, options);
  if (!script) {
    call.err(fmt::format("Sqlcmd: '{}': Invalid filename.\n", options.input.value_or("")));
    return 1;
  }
  const std::shared_ptr<ServerProcess> process = servers.find_process(pod_of(call, options.server));
  if (!process) {
    return complain(call, {"Login timeout expired", "TCP Provider: Error code 0x2749",
                           fmt::format("A network-related or instance-specific error has occurred while establishing a "
                                       "connection to {}. Server is not found or not accessible. Check if instance "
                                       "name is correct and if SQL Server is configured to allow remote connections. "
                                       "For more information see SQL Server Books Online.",
                                       options.server)});
  }
  if (!wait_until_thawed(*process, call.stop)) return complain(call, {"Login timeout expired"});
  if (!options.trust && !options.optional_encryption && process->identity().certificate_pem.empty()) {
    return complain(call, {"SSL Provider: [error:0A000086:SSL routines::certificate verify failed:self-signed "
                           "certificate]",
                           "Client unable to establish connection"});
  }
  LoginAnswer answer = process->login({.user = options.user,
                                       .password = options.password.value_or(""),
                                       .database = options.database,
                                       .application = "SQLCMD",
                                       .host = call.pod.pod,
                                       .read_only_intent = options.read_only});
  if (!answer.session) {
    for (const Message& message : answer.messages) complain(call, {message.text});
    return 1;
  }
  return run_batches(*process, *answer.session, *script, options, call);
}

}  // namespace dba::sandbox::sqlserver
