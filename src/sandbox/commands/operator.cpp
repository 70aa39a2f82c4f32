// `sandbox operator`: the simulated KubeDB against some other API server, in the foreground.
#include "operator/operator.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/kube/open.hpp"

#include "commands/commands.hpp"
#include "commands/simulation_flags.hpp"
#include "commands/sql_half.hpp"
#include "commands/until.hpp"
#include "commands/webhook_registration.hpp"
#include "commands/webhook_server.hpp"
#include "sql/cached_objects.hpp"
#include "sql/pod_ports.hpp"
#include "world/world.hpp"

namespace dba::sandbox::commands {

namespace {

constexpr std::chrono::seconds kFarewell{5};  ///< For taking the webhook away from an API server that is slow.

struct OperatorOptions {
  SimulationOptions simulation{};
  bool webhook = true;
};

/// A client on the world's clock. Ctrl-C does not end its calls: what was registered has to be taken away again.
std::unique_ptr<kube::Client> open_client(const cli::AppContext& context, world::World& world, std::stop_token ending) {
  kube::OpenOptions options{.flags = context.global.connection, .verbosity = context.global.verbosity};
  options.trace = [&io = context.io](std::string_view line) { io.err_line(line); };
  return kube::open_client(options, context.environment, context.processes, world.clock, context.io.terminal,
                           std::move(ending));
}

kubedb::Lookup lookup_through(kube::Client& client) {
  return [&client](std::string_view api_version, std::string_view kind, std::string_view ns,
                   std::string_view name) -> std::optional<Json> {
    const kube::ResourceType* type = kube::find_resource(api_version, kind);
    return type == nullptr || name.empty() ? std::nullopt : client.find(*type, ns, name);
  };
}

/// KubeDB's webhook, as long as it is held. Without it the operator fills in the defaults that it needs for itself.
class Webhook {
 public:
  Webhook(kube::Client& client, const std::string& ns, cli::AppContext& context)
      : server_(lookup_through(client), context.clock),
        registration_(client, server_, ns, context.clock, context.stop) {}

 private:
  WebhookServer server_;
  WebhookRegistration registration_;
};

std::unique_ptr<Webhook> start_webhook(kube::Client& client, const std::string& ns, cli::AppContext& context) {
  try {
    if (WebhookRegistration::is_allowed(client)) return std::make_unique<Webhook>(client, ns, context);
    context.io.warn("not allowed to register a webhook: manifests are neither completed nor refused");
  } catch (const Error& error) {
    if (error.info().code != ExitCode::refused) throw;
    context.io.warn(fmt::format("{}: manifests are neither completed nor refused", error.info().message));
  }
  return nullptr;
}

ExitCode run_operator(const OperatorOptions& options, cli::AppContext& context) {
  world::World world(context.clock, options.simulation.seed.value_or(1), options.simulation.speed);
  const kube::ClientConfig& config = context.kube().config();
  context.kube().raw_get("/version");
  const std::string ns = config.ns_from_flag ? config.ns : "";
  std::stop_source ending;
  const std::unique_ptr<kube::Client> client = open_client(context, world, ending.get_token());
  std::unique_ptr<Webhook> webhook = options.webhook ? start_webhook(*client, ns, context) : nullptr;
  const auto servers = std::make_shared<sqlserver::SqlServers>(world, sqlserver::find_through(*client));
  sqlserver::PodPorts ports(*client, servers);
  const auto publish = [&ports](const sqlserver::MemberChange& change) { ports.tell(change); };
  const kubedb::Operator controllers(*client, world, ns, sql_half(servers, publish));
  context.io.note(fmt::format("a simulated KubeDB works on {}{}; Ctrl-C ends it", config.server,
                              ns.empty() ? "" : fmt::format(", namespace {}", ns)));
  wait_until_stopped({context.stop});
  client->set_deadline(world.clock.steady_now() + kFarewell);
  webhook.reset();
  ending.request_stop();
  return ExitCode::ok;
}

}  // namespace

cli::Command operator_command() {
  const auto options = std::make_shared<OperatorOptions>();
  std::vector<cli::Flag> flags;
  std::optional<std::string> unused;
  for (cli::Flag& flag : simulation_flags(options->simulation, unused)) {
    if (flag.name == "seed" || flag.name == "speed") flags.push_back(std::move(flag));
  }
  flags.push_back({.name = "webhook",
                   .help = "Have the API server ask it to complete and refuse manifests, while it runs (default where "
                           "allowed)",
                   .into = &options->webhook});
  return {
      .name = "operator",
      .summary = "Run the simulated KubeDB against another API server",
      .description =
          "For test clusters that have KubeDB's CRDs and no KubeDB: it makes the objects, the conditions "
          "and the failovers, in the namespace of -n or in all of them. Pods are for somebody else to run; their SQL "
          "Servers it simulates, at loopback addresses that it writes on the pods as annotation sandbox/port.1433. "
          "Never "
          "point it at a cluster with a real KubeDB.\n\n"
          "It registers KubeDB's webhook too, at an address of this machine, and takes it away when it ends. An API "
          "server that cannot call it goes without.",
      .examples =
          "# A test API server\n"
          "kubectl dba sandbox operator --kubeconfig test.kubeconfig -n demo\n",
      .flags = std::move(flags),
      .run = [options](cli::AppContext& context) { return run_operator(*options, context); },
      .effect = cli::Effect::reads,
  };
}

}  // namespace dba::sandbox::commands
