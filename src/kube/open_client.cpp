#include <utility>

#include <fmt/format.h>

#include "dba/kube/open.hpp"

namespace dba::kube {

std::unique_ptr<Client> open_client(const OpenOptions& options, const platform::Environment& environment,
                                    platform::ProcessRunner& processes, platform::Clock& clock,
                                    const platform::Terminal& terminal, std::stop_token stop) {
  ClientConfig config = load_client_config(options.flags, environment);
  config.stdin_is_taken = options.stdin_is_taken;
  for (const std::string& file : config.missing_files)
    options.on_warning(fmt::format("KUBECONFIG names the file \"{}\", which does not exist", file));
  ClientOptions client;
  client.credentials = make_credentials(config, environment, processes, clock, options.interactive && terminal.in_tty);
  client.transport = make_curl_transport(config, options.verbosity, options.trace);
  client.clock = &clock;
  client.stop = std::move(stop);
  client.on_warning = options.on_warning;
  if (options.verbosity >= 4) client.trace = options.trace;
  return std::make_unique<Client>(std::move(config), std::move(client));
}

}  // namespace dba::kube
