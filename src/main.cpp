// The composition root: what the commands may touch is built here and nowhere else.
#include <string>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/run.hpp"
#include "dba/kube/open.hpp"
#include "dba/kube/pod_streams.hpp"
#include "dba/output/prompter.hpp"
#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/interrupt.hpp"
#include "dba/platform/process.hpp"
#include "dba/platform/system.hpp"
#include "dba/platform/terminal.hpp"
#include "dba/sql/connector.hpp"

namespace {

std::unique_ptr<dba::kube::Client> open_kube(dba::cli::AppContext& context) {
  dba::kube::OpenOptions options{.flags = context.global.connection,
                                 .verbosity = context.global.verbosity,
                                 .stdin_is_taken = context.stdin_is_taken,
                                 .interactive = context.interactive};
  options.on_warning = [&io = context.io](std::string_view text) { io.warn(text); };
  options.trace = [&io = context.io](std::string_view line) { io.err_line(line); };
  return dba::kube::open_client(options, context.environment, context.processes, context.clock, context.io.terminal,
                                context.stop);
}

std::unique_ptr<dba::sql::Connector> open_sql(dba::cli::AppContext& context, const std::string& driver) {
  return dba::sql::odbc_connector({.driver = driver, .clock = &context.clock, .stop = context.stop});
}

dba::kube::ExecResult run_in_pod(dba::cli::AppContext& context, const dba::kube::ExecRequest& request,
                                 dba::platform::SteadyTime deadline) {
  return dba::kube::exec_in_pod(context.kube(), request, deadline, context.stop);
}

}  // namespace

int main(int argc, char** argv) {
  dba::platform::occupy_standard_streams();
  const std::vector<std::string> words(argv, argv + argc);
  const std::vector<std::string> arguments(words.empty() ? words.begin() : words.begin() + 1, words.end());
  const dba::platform::Environment environment = dba::platform::Environment::capture();
  dba::platform::Interrupt interrupt;

  dba::output::FileStream out(1);
  dba::output::FileStream err(2);
  dba::output::IoStreams io(out, err, dba::platform::look_at_terminal(environment));
  dba::output::TerminalPrompter prompter(io, interrupt.token());

  dba::cli::GlobalOptions global;
  const dba::cli::Program program = dba::cli::identify_program(words.empty() ? "" : words.front());
  const dba::cli::Command root = dba::cli::root_command(global, program);
  dba::cli::AppContext context{.io = io,
                               .prompter = prompter,
                               .environment = environment,
                               .clock = dba::platform::system_clock(),
                               .processes = dba::platform::posix_process_runner(),
                               .stop = interrupt.token(),
                               .global = global,
                               .open_kube = open_kube,
                               .open_sql = open_sql,
                               .list_drivers = dba::sql::installed_drivers,
                               .run_in_pod = run_in_pod,
                               .end_with_reader = [&interrupt] { interrupt.stop_when_unread(1); },
                               .ended_by = [&interrupt] { return interrupt.exit_code(); }};
  const dba::ExitCode code = dba::cli::run(arguments, root, context);
  const dba::ExitCode by_signal = interrupt.exit_code();
  return static_cast<int>(by_signal == dba::ExitCode::ok ? code : by_signal);
}
