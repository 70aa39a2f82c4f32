#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/cli/context.hpp"
#include "dba/mssql/forward_service.hpp"

#include "commands.hpp"
#include "completers.hpp"
#include "database_argument.hpp"
#include "watching.hpp"

namespace dba::cli {

namespace {

struct ForwardOptions {
  std::string ports{}, role{};
  std::vector<std::string> addresses{};
  mssql::ForwardRequest request{};
};

/// What kubectl prints, on the streams it prints it to; what it has no words for goes to stderr.
/// @source kubectl port-forward
class ForwardPrinter : public mssql::ForwardListener {
 public:
  ForwardPrinter(output::IoStreams& io, std::uint16_t remote) : io_(io), remote_(remote) {}

  void listening(const std::string& address, std::uint16_t port, const std::string& pod) override {
    const std::string number = address == "localhost" ? "127.0.0.1" : address;
    const bool v6 = number.find(':') != std::string::npos;
    io_.line(fmt::format("Forwarding from {}:{} -> {}", v6 ? fmt::format("[{}]", number) : number, port, remote_));
    if (!std::exchange(told_, true)) io_.note(fmt::format("to pod {}", pod));
  }
  void connection(std::uint16_t port) override { io_.line(fmt::format("Handling connection for {}", port)); }
  void failed(const std::string& why) override {
    io_.err_line(fmt::format("connection ended: {}", neutralise_controls(why)));
  }
  void moved(const std::string& pod, const std::string& why) override {
    io_.note(pod.empty() ? fmt::format("no pod to forward to: {}", why) : fmt::format("now to pod {}", pod));
  }

 private:
  output::IoStreams& io_;
  std::uint16_t remote_;
  bool told_ = false;
};

std::uint16_t parse_port(std::string_view which, std::string_view text, int least) {
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < least || port > 65535)
    throw usage_error(fmt::format("PORTS: {} port \"{}\" is not a number from {} to 65535", which, text, least));
  return static_cast<std::uint16_t>(port);
}

/// "1433", "14330:1433", ":1433" and "0:1433" (any free port). @source kubectl port-forward
void parse_ports(const std::string& text, mssql::ForwardRequest& request) {
  const std::size_t colon = text.find(':');
  const std::string remote = colon == std::string::npos ? text : text.substr(colon + 1);
  const std::string local = colon == std::string::npos ? text : text.substr(0, colon);
  request.port = parse_port("remote", remote, 1);
  request.local_port = local.empty() ? std::uint16_t{0} : parse_port("local", local, 0);
}

ExitCode run_port_forward(const ForwardOptions& options, AppContext& context) {
  mssql::ForwardRequest request = options.request;
  parse_ports(options.ports.empty() ? "1433" : options.ports, request);
  if (!options.role.empty() && !request.replica.empty()) throw usage_error("--role and --replica exclude each other");
  if (options.role == "secondary") request.role = mssql::WantedRole::secondary;
  if (!options.addresses.empty()) request.addresses = options.addresses;
  kube::Client& client = context.kube();
  request.ns = client.config().ns;
  ForwardPrinter printer(context.io, request.port);
  return watch_until_ended(context, [&] { mssql::forward_port(client, request, printer); });
}

}  // namespace

Command port_forward_command() {
  const auto options = std::make_shared<ForwardOptions>();
  Command command{.name = "port-forward",
                  .summary = "Forward a local port to the primary, and follow it when it moves"};
  command.description =
      "As kubectl port-forward, but to whoever has a role. PORTS is REMOTE, LOCAL:REMOTE, or :REMOTE for any free "
      "local "
      "port; 1433 when left out. With --follow new connections go to the new primary after a role change, or to the "
      "new "
      "pod after one was recreated, and connections to the old one are ended; without it the command ends with 1 when "
      "the pod goes away. Who has a role is read from Kubernetes; SQL Server is not asked.";
  command.examples =
      "# The primary on local port 14330, whoever that is\n"
      "kubectl dba mssql port-forward sales 14330:1433 -n demo --follow\n"
      "# One replica, on any free local port\n"
      "kubectl dba mssql port-forward sales :1433 -n demo --replica sales-2";
  command.arguments = {
      database_argument(options->request.name),
      {.name = "PORTS", .help = "Ports as [LOCAL:]REMOTE, default 1433", .into = &options->ports, .required = false}};
  command.flags = {
      {.name = "role",
       .value = "ROLE",
       .help = "Whom to forward to: who leads (default) or the first who follows",
       .into = &options->role,
       .one_of = {"primary", "secondary"}},
      {.name = "replica",
       .value = "POD",
       .help = "Forward to this replica, whatever its role",
       .into = &options->request.replica,
       .complete = complete_replicas(options->request.name)},
      {.name = "follow",
       .help = "Go on with whoever has the role, or with the pod's successor",
       .into = &options->request.follow},
      {.name = "address",
       .value = "IP",
       .help = "Address to listen on (repeatable, default 127.0.0.1)",
       .into = &options->addresses,
       .split_commas = true},
  };
  command.run = [options](AppContext& context) { return run_port_forward(*options, context); };
  return command;
}

}  // namespace dba::cli
