#pragma once
// Everything a command may touch, built once in main.cpp. Opening the cluster happens at the first call of kube().

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/cli/spec.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/config.hpp"
#include "dba/kube/pod_streams.hpp"
#include "dba/output/progress.hpp"
#include "dba/output/prompter.hpp"
#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/process.hpp"
#include "dba/sql/connector.hpp"

namespace dba::cli {

/// Flags every command accepts, at any place after the program name.
struct GlobalOptions {
  kube::ConnectionFlags connection{};
  int verbosity = 0;
  std::string color = "auto";
  std::string progress = "auto";
  bool quiet = false;
};

/// What the configuration file and the environment say; filled by run() before a command starts.
struct Settings {
  std::string file{};  ///< Path of the configuration file; empty without a home directory.
  bool file_exists = false;
  std::vector<FlagDefault> defaults{};  ///< In order of precedence: environment first.
  std::vector<std::string> protected_contexts{}, protected_namespaces{};  ///< Globs.
  std::optional<Error> problem{};      ///< What is wrong with the file; the rest of it stands above.
  std::vector<std::string> remarks{};  ///< Variables that look like ours and are not; told by `config view`.
};

struct AppContext {
  output::IoStreams& io;
  output::Prompter& prompter;
  const platform::Environment& environment;
  platform::Clock& clock;
  platform::ProcessRunner& processes;
  std::stop_token stop;
  GlobalOptions& global;
  /// Builds a client out of what is in the context; main.cpp binds kube::open_client, tests a fake transport.
  std::function<std::unique_ptr<kube::Client>(AppContext& context)> open_kube;
  /// What opens sessions with SQL Server; main.cpp binds ODBC. @param driver --odbc-driver, empty = the best there is
  std::function<std::unique_ptr<sql::Connector>(AppContext& context, const std::string& driver)> open_sql{};
  /// ODBC drivers of this machine, best first; main.cpp binds sql::installed_drivers.
  std::function<std::vector<sql::Driver>()> list_drivers{};
  /// Runs a command in a container; main.cpp binds kube::exec_in_pod.
  std::function<kube::ExecResult(AppContext& context, const kube::ExecRequest& request, platform::SteadyTime deadline)>
      run_in_pod{};
  /// From now on `stop` is requested as well when nobody reads stdout any more: for a command that only goes on to
  /// show.
  std::function<void()> end_with_reader = [] {};
  /// The exit code of the signal that requested `stop`; ok without one. main.cpp binds platform::Interrupt.
  std::function<ExitCode()> ended_by = [] { return ExitCode::ok; };

  const Command* root = nullptr;     ///< The tree being run; set by run().
  Settings settings{};               ///< Set by run().
  std::string command_line{};        ///< What was typed, quoted for a shell: a hint repeats it. Set by run().
  std::vector<FlagDefault> typed{};  ///< Flags of the command line; set by run(), read by `config view`.
  /// Values that could not be read, for a command that `lists_all_problems`; set by run(), added to by the command.
  std::vector<ValueProblem> value_problems{};
  /// What was changed and has not been printed yet ("… was created"): a failure tells it.
  std::vector<std::string> untold{};
  /// When --timeout is over, of a command that has one. Set by limit().
  std::optional<platform::SteadyTime> deadline{};
  bool stdin_is_taken = false;  ///< Set by a command before its first kube() when it reads stdin (`-f -`).
  bool interactive = true;      ///< False: nothing may ask the user, credential plugins included.
  bool machine_output = false;  ///< -o json: a failure becomes one object on stdout. run() looks at --output.

  /// The client, opened at the first call.
  /// @throws Error (usage) when the configuration file is broken: it may protect what would be changed.
  kube::Client& kube();
  /// No call of kube() goes on beyond this, and what has no time left fails as the end of --timeout.
  void limit(platform::SteadyTime until);
  /// The configuration alone (namespace, context); contacts nothing.
  kube::ClientConfig connection() const;
  output::ProgressMode progress_mode() const;  ///< What --progress says.
  int warning_count() const;                   ///< Warnings of the API server so far.

  std::unique_ptr<kube::Client> client{};  ///< Use kube().
};

}  // namespace dba::cli
