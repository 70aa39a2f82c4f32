#include "dba/cli/context.hpp"

#include <utility>

namespace dba::cli {

kube::Client& AppContext::kube() {
  if (settings.problem) throw *std::exchange(settings.problem, std::nullopt);
  if (!client) client = open_kube(*this);
  return *client;
}

void AppContext::limit(platform::SteadyTime until) {
  kube().set_deadline(until);
  deadline = until;
}

kube::ClientConfig AppContext::connection() const { return kube::load_client_config(global.connection, environment); }

output::ProgressMode AppContext::progress_mode() const {
  if (global.progress == "none") return output::ProgressMode::none;
  return global.progress == "plain" ? output::ProgressMode::plain : output::ProgressMode::automatic;
}

int AppContext::warning_count() const { return client ? client->warning_count() : 0; }

}  // namespace dba::cli
