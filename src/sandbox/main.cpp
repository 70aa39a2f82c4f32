// The composition root of the sandbox: the same parser, streams and signals as the tool itself.
#include <string>
#include <vector>

#include <malloc.h>

#include "dba/cli/context.hpp"
#include "dba/cli/run.hpp"
#include "dba/kube/open.hpp"
#include "dba/output/prompter.hpp"
#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/interrupt.hpp"
#include "dba/platform/process.hpp"
#include "dba/platform/system.hpp"
#include "dba/platform/terminal.hpp"

#include "commands/commands.hpp"

namespace {

std::unique_ptr<dba::kube::Client> open_kube(dba::cli::AppContext& context) {
  dba::kube::OpenOptions options{.flags = context.global.connection, .verbosity = context.global.verbosity};
  options.on_warning = [&io = context.io](std::string_view text) { io.warn(text); };
  options.trace = [&io = context.io](std::string_view line) { io.err_line(line); };
  return dba::kube::open_client(options, context.environment, context.processes, context.clock, context.io.terminal,
                                context.stop);
}

}  // namespace

int main(int argc, char** argv) {
  dba::platform::occupy_standard_streams();
  // What many threads free would else stay with each of them: a tenth of the memory of ten thousand pods.
  ::mallopt(M_ARENA_MAX, 2);
  const std::vector<std::string> words(argv, argv + argc);
  const std::vector<std::string> arguments(words.empty() ? words.begin() : words.begin() + 1, words.end());
  const dba::platform::Environment environment = dba::platform::Environment::capture();
  const dba::platform::Interrupt interrupt;

  dba::output::FileStream out(1);
  dba::output::FileStream err(2);
  dba::output::IoStreams io(out, err, dba::platform::look_at_terminal(environment));
  dba::output::TerminalPrompter prompter(io, interrupt.token());

  dba::cli::GlobalOptions global;
  const dba::cli::Program program{.name = "kubectl dba sandbox"};
  const dba::cli::Command root = dba::sandbox::commands::root_command(global, program);
  dba::cli::AppContext context{.io = io,
                               .prompter = prompter,
                               .environment = environment,
                               .clock = dba::platform::system_clock(),
                               .processes = dba::platform::posix_process_runner(),
                               .stop = interrupt.token(),
                               .global = global,
                               .open_kube = open_kube};
  const dba::ExitCode code = dba::cli::run(arguments, root, context);
  const dba::ExitCode by_signal = interrupt.exit_code();
  // `up` ends by Ctrl-C as intended; every command that was cut short has said so by its own code.
  return static_cast<int>(code == dba::ExitCode::ok || by_signal == dba::ExitCode::ok ? code : by_signal);
}
