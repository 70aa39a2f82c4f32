#include "sql/servers.hpp"

#include <charconv>
#include <vector>

#include "sql/server/group_servers.hpp"
#include "sql/server/server_process.hpp"
#include "streaming/byte_pipe.hpp"
#include "tds/server.hpp"
#include "tsql/either_stop.hpp"

namespace dba::sandbox::sqlserver {

namespace {

constexpr int kPort = 1433;

struct PodName {
  std::string database{};
  int ordinal = 0;
};

/// "sales-2" → sales, 2.
std::optional<PodName> parse_pod(const std::string& pod) {
  const std::size_t dash = pod.rfind('-');
  if (dash == std::string::npos || dash == 0) return std::nullopt;
  PodName name{.database = pod.substr(0, dash)};
  const char* const last = pod.data() + pod.size();
  const auto [end, failure] = std::from_chars(pod.data() + dash + 1, last, name.ordinal);
  if (failure != std::errc{} || end != last || name.ordinal < 0) return std::nullopt;
  return name;
}

/// Until either the connection is to end or its process has.
void serve_process(ServerProcess& process, std::unique_ptr<streaming::ByteStream> stream, const std::stop_token& stop) {
  const EitherStop ending(stop, process.ended());
  sqlserver::serve(process, std::move(stream), ending.token());
}

}  // namespace

SqlServers::SqlServers(world::World& world, FindObject find) : world_(world), find_(std::move(find)) {
  listener_->servers = this;
  world_.faults.on_change([weak = std::weak_ptr<FaultListener>(listener_)] {
    const auto listener = weak.lock();
    if (!listener) return;
    const std::lock_guard lock(listener->mutex);
    if (listener->servers != nullptr) listener->servers->faults_changed();
  });
}

SqlServers::~SqlServers() {
  {
    const std::lock_guard lock(listener_->mutex);
    listener_->servers = nullptr;
  }
  for (auto& [key, database] : databases_) {
    if (database.servers) database.servers->close();
  }
  for (Connection& connection : connections_) connection.thread.request_stop();
  connections_.clear();
}

void SqlServers::tell(const MemberChange& change) {
  if (change.ordinal < 0) return;  // An arbiter has no SQL Server.
  std::shared_ptr<GroupServers> servers;
  {
    const std::lock_guard lock(mutex_);
    Database& database = databases_[{change.ns, change.database}];
    database.members[change.ordinal] = change;
    servers = database.servers;
  }
  if (servers) return servers->tell(change);
  if (!change.running && !find_(kube::resources::mssqlservers, change.ns, change.database)) forget(change);
}

/// A member of a database that is gone, and that nobody has ever connected to.
void SqlServers::forget(const MemberChange& change) {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find({change.ns, change.database});
  if (found == databases_.end() || found->second.servers) return;
  found->second.members.erase(change.ordinal);
  if (found->second.members.empty()) databases_.erase(found);
}

std::shared_ptr<GroupServers> SqlServers::servers_of(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(key);
  if (found == databases_.end()) return nullptr;
  Database& database = found->second;
  if (database.servers) return database.servers;
  database.servers = std::make_shared<GroupServers>(world_, find_, key.first, key.second);
  for (const auto& [ordinal, latest] : database.members) database.servers->tell(latest);
  return database.servers;
}

std::optional<std::uint64_t> SqlServers::worth(const std::string& ns, const std::string& database, int ordinal) {
  std::shared_ptr<GroupServers> servers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = databases_.find({ns, database});
    if (found != databases_.end()) servers = found->second.servers;
  }
  return servers ? servers->worth(ordinal) : std::nullopt;
}

std::shared_ptr<ServerProcess> SqlServers::find_process(const streaming::PodRef& pod) {
  const auto name = parse_pod(pod.pod);
  const auto servers = name ? servers_of({pod.ns, name->database}) : nullptr;
  auto process = servers ? servers->find_process(pod.pod) : nullptr;
  if (process && !pod.uid.empty() && process->pod_uid() != pod.uid) return nullptr;
  return process;
}

std::unique_ptr<streaming::ByteStream> SqlServers::connect(const streaming::PodRef& pod, int port) {
  const auto process = port == kPort ? find_process(pod) : nullptr;
  if (!process) return nullptr;
  auto [client, server] = streaming::make_byte_pipe();
  const std::lock_guard lock(connections_mutex_);
  connections_.remove_if([](const Connection& connection) { return connection.over.load(); });
  Connection& connection = connections_.emplace_back();
  connection.thread =
      std::jthread([&connection, process, stream = std::move(server)](const std::stop_token& stop) mutable {
        serve_process(*process, std::move(stream), stop);
        connection.over = true;
      });
  return std::move(client);
}

void SqlServers::serve(const streaming::PodRef& pod, std::unique_ptr<streaming::ByteStream> stream,
                       const std::stop_token& stop) {
  if (const auto process = find_process(pod)) serve_process(*process, std::move(stream), stop);
}

void SqlServers::faults_changed() {
  std::vector<std::shared_ptr<GroupServers>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, database] : databases_) {
      if (database.servers) all.push_back(database.servers);
    }
  }
  for (const auto& servers : all) servers->faults_changed();
}

}  // namespace dba::sandbox::sqlserver
