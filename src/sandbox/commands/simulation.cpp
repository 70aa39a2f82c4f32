#include "commands/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/kube/client.hpp"
#include "dba/output/format.hpp"
#include "dba/platform/launch.hpp"
#include "dba/platform/process.hpp"
#include "dba/platform/terminal.hpp"

#include "api/api.hpp"
#include "cluster/cluster.hpp"
#include "commands/admission.hpp"
#include "commands/control.hpp"
#include "commands/fault_targets.hpp"
#include "commands/preload.hpp"
#include "commands/running_group.hpp"
#include "commands/sql_half.hpp"
#include "http/server.hpp"
#include "operator/database.hpp"
#include "operator/operator.hpp"
#include "sql/servers.hpp"
#include "world/world.hpp"

namespace dba::sandbox::commands {

namespace {

constexpr const char* kNamespace = "demo";
constexpr int kMostClusters = 9;
constexpr int kMostDatabases = 20'000;
constexpr double kWarmUpSpeed = 50;
constexpr std::chrono::minutes kAge{110};          ///< Of the groups of --with: more than any warm-up takes.
constexpr std::chrono::seconds kWarmUpLimit{120};  ///< In real time.

void check_names(const std::vector<std::string>& names, Problems& problems) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const std::string problem = dns_label_problem(name);
    if (!problem.empty()) {
      problems.add("--with", fmt::format("\"{}\" cannot be the name of a database: {}", name, problem));
    } else if (!seen.insert(name).second) {
      problems.add("--with", fmt::format("\"{}\" is given twice", name));
    }
  }
}

/// Whether a database of this name is there when the world begins.
bool is_loaded(const SimulationOptions& options, const world::FaultTarget& target) {
  if (!target.ns.empty() && target.ns != kNamespace) return false;
  const auto number = loaded_number(target.database);
  return std::ranges::find(options.with, target.database) != options.with.end() ||
         (number && *number <= options.populate);
}

void check_fault(const SimulationOptions& options, const std::string& text, Problems& problems,
                 std::vector<std::string>& remarks) {
  try {
    const world::FaultTarget target = world::parse_fault(text).target;
    if (target.database.empty()) return;
    if (!is_loaded(options, target)) {
      remarks.push_back(fmt::format("fault \"{}\": there is no database {} yet; it takes hold when one is made", text,
                                    world::format_target({target.ns, target.database, ""})));
    } else if (const std::string missing = missing_member(target, kLoadedReplicas); !missing.empty()) {
      problems.add("--fault", fmt::format("\"{}\": {}", text, missing));
    }
  } catch (const Error& error) {
    problems.add("--fault", error.info().message);
  }
}

}  // namespace

std::vector<std::string> check_options(const SimulationOptions& options) {
  Problems problems;
  std::vector<std::string> remarks;
  check_names(options.with, problems);
  if (options.clusters < 1 || options.clusters > kMostClusters) {
    problems.add("--clusters", fmt::format("{} is not from 1 to {}", options.clusters, kMostClusters));
  }
  if (options.populate < 0 || options.populate > kMostDatabases) {
    problems.add("--populate", fmt::format("{} is not from 0 to {}", options.populate, kMostDatabases));
  }
  for (const std::string& fault : options.faults) check_fault(options, fault, problems, remarks);
  problems.throw_if_any("the sandbox cannot be made");
  return remarks;
}

namespace {

SimulationOptions checked(SimulationOptions options) {
  check_options(options);
  if (!options.seed) options.seed = platform::random_bits() % 1'000'000;
  return options;
}

std::unique_ptr<kube::Client> connect(const http::Server& server, world::World& world, std::stop_token stop) {
  kube::ClientConfig config;
  config.server = server.url();
  config.ca_pem = server.ca_pem();
  config.compression = false;
  config.http2 = false;
  config.identity.token = server.token();
  kube::ClientOptions options{
      .transport = kube::make_curl_transport(config, 0, {}),
      .credentials = kube::make_credentials(config, {}, platform::posix_process_runner(), world.clock, false),
      .clock = &world.clock,
      .stop = std::move(stop)};
  return std::make_unique<kube::Client>(std::move(config), std::move(options));
}

/// One API server with everything behind it, in the order in which it is built and, backwards, taken down.
struct SimulatedCluster {
  SimulatedCluster(world::World& world, const http::Control& control, const std::stop_token& stop)
      : api(world),
        cluster(api, world),
        servers(std::make_shared<sqlserver::SqlServers>(world, find_in(api))),
        server(api, cluster.pods(), world, {.control = control}) {
    add_kubedb_admission(api);
    install_sql(cluster, servers);
    client = connect(server, world, stop);
  }
  ~SimulatedCluster() { install_sql(cluster, nullptr); }

  api::Api api;
  cluster::Cluster cluster;
  std::shared_ptr<sqlserver::SqlServers> servers;
  http::Server server;
  std::unique_ptr<kube::Client> client{};
  std::unique_ptr<kubedb::Operator> controllers{};
};

std::string context_name(std::size_t index) {
  return index == 0 ? "kubectl-dba-sandbox" : fmt::format("kubectl-dba-sandbox-{}", index + 1);
}

Json named(const std::string& name, const char* key, Json value) {
  Json entry = Json::object();
  entry["name"] = name;
  entry[key] = std::move(value);
  return entry;
}

}  // namespace

struct Simulation::Impl {
  Impl(SimulationOptions chosen, platform::Clock& clock)
      : options(std::move(chosen)), world(clock, *options.seed, options.speed), started(clock.wall_now()) {
    const http::Control paths =
        control(world, {.status = [this] { return status(); },
                        .missing_target = [this](const world::FaultTarget& target) { return missing(target); },
                        .shut_down = [this] { stop.request_stop(); }});
    for (int number = 0; number < options.clusters; ++number) clusters.emplace_back(world, paths, ending.get_token());
    for (SimulatedCluster& each : clusters) each.api.load(catalog_objects());
    api::Api& first = clusters.front().api;
    load_databases(first, clock);
    for (SimulatedCluster& each : clusters) {
      each.controllers = std::make_unique<kubedb::Operator>(*each.client, world, "", sql_half(each.servers));
    }
    if (!options.with.empty()) warm_up(clusters.front(), clock);
    for (const std::string& fault : options.faults) world.faults.set(world::parse_fault(fault));
  }

  void create(api::Api& api, Json object) const {
    const api::Resource& type =
        *api::find_kind(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
    const std::string ns = codec::namespace_of(object);
    api.create(type, ns, std::move(object), {.field_manager = "kubectl-dba"});
  }

  void load_databases(api::Api& api, platform::Clock& real) {
    if (options.populate == 0 && options.with.empty()) return;
    if (!options.with.empty()) {
      world.clock.set_wall(real.wall_now() - kAge);
      world.clock.set_speed(kWarmUpSpeed);
    }
    for (Json& object : issuer_manifests(kNamespace, world.clock.wall_now())) create(api, std::move(object));
    if (options.populate > 0) api.load(loaded_databases(world, kNamespace, options.populate));
    for (std::size_t at = 0; at < options.with.size(); ++at) load_group(api, options.with[at], at);
  }

  /// A group that a user has made a while ago. Its pods run and have their roles, so that nobody has to wait for them;
  /// all the rest is the operator's to make, as for any other database.
  void load_group(api::Api& api, const std::string& name, std::size_t index) {
    create(api, group_manifest(kNamespace, name));
    Json database = *api.get(*api::find_kind("kubedb.com/v1alpha2", "MSSQLServer"), kNamespace, name);
    database["spec"]["authSecret"]["name"] = kubedb::auth_secret_name(database);
    RunningGroup group = running_group(world, database, options.populate + static_cast<int>(index) + 1);
    std::vector<Json> objects = tell_beginnings(group, world.clock.wall_now());
    objects.push_back(std::move(group.petsets.front()));
    for (Json& pod : group.pods) objects.push_back(std::move(pod));
    api.load(std::move(objects));
    for (Json& claim : group.claims) create(api, std::move(claim));
  }

  /// Fast motion until the operator has made what belongs to the groups of --with.
  void warm_up(SimulatedCluster& cluster, platform::Clock& real) {
    for (const std::string& name : options.with) wait_for_ready(cluster.api, name, real);
    world.clock.set_speed(options.speed);
    world.clock.set_wall(real.wall_now());
  }

  void wait_for_ready(const api::Api& api, const std::string& name, platform::Clock& real) const {
    const api::Resource& type = *api::find_kind("kubedb.com/v1alpha2", "MSSQLServer");
    const auto events = api.watch(type, kNamespace, {.fields = "metadata.name=" + name}, "", false);
    const platform::SteadyTime deadline = real.steady_now() + kWarmUpLimit;
    while (real.steady_now() < deadline) {
      const std::optional<api::Event> event = events->next(deadline - real.steady_now(), stop.get_token());
      if (event && codec::string_at(*event->object, {"status", "phase"}) == "Ready") return;
    }
    throw Error(ExitCode::unexpected, fmt::format("database {} did not become Ready", name));
  }

  ~Impl() {
    ending.request_stop();
    for (SimulatedCluster& each : clusters) each.controllers.reset();
  }

  std::string missing(const world::FaultTarget& target) const {
    const api::Resource& type = *api::find_kind("kubedb.com/v1alpha2", "MSSQLServer");
    std::vector<api::Object> databases;
    for (const SimulatedCluster& each : clusters) {
      for (api::Object& database : each.api.list(type, "").items) databases.push_back(std::move(database));
    }
    return missing_target(target, databases);
  }

  Json status() const {
    Json report = output::make_report("SandboxStatus");
    report["environment"] = "sandbox";
    report["name"] = options.name;
    report["pid"] = platform::own_pid();
    report["seed"] = *options.seed;
    report["speed"] = options.speed;
    report["started"] = format_rfc3339(started);
    report["clusters"] = Json::array();
    for (std::size_t at = 0; at < clusters.size(); ++at) {
      Json entry = Json::object();
      entry["context"] = context_name(at);
      entry["server"] = clusters[at].server.url();
      entry["resourceVersion"] = std::to_string(clusters[at].api.version());
      report["clusters"].push_back(std::move(entry));
    }
    report["faults"] = Json::array();
    for (const world::Fault& fault : world.faults.all()) {
      report["faults"].push_back(to_json(fault, world.clock.steady_now()));
    }
    return report;
  }

  SimulationOptions options;
  world::World world;
  WallTime started;
  std::stop_source stop{};    ///< Somebody asked for the end.
  std::stop_source ending{};  ///< The end has come: clients give up what they wait for.
  std::deque<SimulatedCluster> clusters{};
};

Simulation::Simulation(SimulationOptions options, platform::Clock& clock)
    : impl_(std::make_unique<Impl>(checked(std::move(options)), clock)) {}
Simulation::~Simulation() = default;

std::string Simulation::kubeconfig() const {
  Json config = Json::object();
  config["apiVersion"] = "v1";
  config["kind"] = "Config";
  config["current-context"] = context_name(0);
  for (const char* list : {"clusters", "contexts", "users"}) config[list] = Json::array();
  for (std::size_t at = 0; at < impl_->clusters.size(); ++at) {
    const http::Server& server = impl_->clusters[at].server;
    const std::string name = context_name(at);
    Json cluster = Json::object();
    cluster["server"] = server.url();
    cluster["certificate-authority-data"] = base64_encode(server.ca_pem());
    config["clusters"].push_back(named(name, "cluster", std::move(cluster)));
    Json context = Json::object();
    context["cluster"] = name;
    context["namespace"] = "demo";
    context["user"] = name;
    config["contexts"].push_back(named(name, "context", std::move(context)));
    Json user = Json::object();
    user["token"] = server.token().reveal();
    config["users"].push_back(named(name, "user", std::move(user)));
  }
  return codec::to_yaml(config);
}

Json Simulation::status() const { return impl_->status(); }
std::stop_token Simulation::ended() const { return impl_->stop.get_token(); }

}  // namespace dba::sandbox::commands
