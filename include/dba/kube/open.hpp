#pragma once
// From flags to a client: what main.cpp hands to the commands.

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "dba/kube/client.hpp"
#include "dba/platform/process.hpp"
#include "dba/platform/terminal.hpp"

namespace dba::kube {

struct OpenOptions {
  ConnectionFlags flags{};
  int verbosity = 0;
  bool stdin_is_taken = false;  ///< The command reads stdin itself.
  bool interactive = true;      ///< False for completion: no credential plugin may ask anything.
  std::function<void(std::string_view)> on_warning{};
  std::function<void(std::string_view)> trace{};
};

/// Loads the configuration and builds transport, credentials and client; sends nothing yet.
/// @throws Error (usage) for a bad configuration.
std::unique_ptr<Client> open_client(const OpenOptions& options, const platform::Environment& environment,
                                    platform::ProcessRunner& processes, platform::Clock& clock,
                                    const platform::Terminal& terminal, std::stop_token stop);

}  // namespace dba::kube
