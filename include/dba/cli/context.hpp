#pragma once
// Everything a command may touch, built once in main.cpp. Opening the cluster happens at the first call of kube().

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "dba/kube/client.hpp"
#include "dba/kube/config.hpp"
#include "dba/output/progress.hpp"
#include "dba/output/prompter.hpp"
#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/process.hpp"

namespace dba::cli {

/// Flags every command accepts, at any place after the program name.
struct GlobalOptions {
  kube::ConnectionFlags connection{};
  int verbosity = 0;
  std::string color = "auto";
  std::string progress = "auto";
  bool quiet = false;
};

struct AppContext {
  std::string program;  ///< "kubectl dba", "kubectl dba-mssql" or the binary's own name: what usage lines say.
  output::IoStreams& io;
  output::Prompter& prompter;
  const platform::Environment& environment;
  platform::Clock& clock;
  platform::ProcessRunner& processes;
  std::stop_token stop;
  GlobalOptions& global;
  /// Builds a client; main.cpp binds kube::open_client, tests a client on a fake transport.
  std::function<std::unique_ptr<kube::Client>(bool stdin_is_taken, bool interactive)> open_kube;

  bool stdin_is_taken = false;   ///< Set by a command before its first kube() when it reads stdin (`-f -`).
  bool machine_output = false;   ///< Set by a command with -o json: failures become one object on stdout.
  kube::Client& kube();          ///< The client, opened at the first call.
  /// The configuration alone (namespace, context); contacts nothing.
  kube::ClientConfig connection() const;
  output::ProgressMode progress_mode() const;

 private:
  std::unique_ptr<kube::Client> client_{};
};

}  // namespace dba::cli
