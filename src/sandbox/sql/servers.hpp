#pragma once
// The door of sql/: the SQL Servers of all databases of one cluster. A database costs next to nothing until somebody
// connects to it.

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "sql/member_change.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::sqlserver {

class GroupServers;
class ServerProcess;

class SqlServers {
 public:
  /// @param find looks objects of the cluster up; has to be good for as long as this
  SqlServers(world::World& world, FindObject find);
  ~SqlServers();  ///< Ends all connections.
  SqlServers(const SqlServers&) = delete;
  SqlServers& operator=(const SqlServers&) = delete;

  /// What the coordinators do to a member, and what befalls it. Never blocks for long.
  void tell(const MemberChange& change);
  /// How much of the log a member holds; absent when nobody has written to its database yet.
  std::optional<std::uint64_t> worth(const std::string& ns, const std::string& database, int ordinal);

  /// A connection to the SQL Server of a pod; null when none listens on that port.
  std::unique_ptr<streaming::ByteStream> connect(const streaming::PodRef& pod, int port);
  /// Serves a connection that somebody else has accepted for the pod, until it ends. Ends it at once when no SQL Server
  /// runs there. @effects blocks
  void serve(const streaming::PodRef& pod, std::unique_ptr<streaming::ByteStream> stream, const std::stop_token& stop);
  /// The process in a pod; null when none runs.
  std::shared_ptr<ServerProcess> find_process(const streaming::PodRef& pod);

 private:
  using Key = std::pair<std::string, std::string>;  ///< Namespace and database.
  struct Database {
    std::map<int, MemberChange> members{};    ///< The latest of each, by ordinal.
    std::shared_ptr<GroupServers> servers{};  ///< Made when somebody connects.
  };
  struct Connection {
    std::atomic<bool> over = false;
    std::jthread thread{};
  };

  /// Outlives this: the world's fault registry never forgets a listener.
  struct FaultListener {
    std::mutex mutex{};
    SqlServers* servers = nullptr;
  };

  world::World& world_;
  FindObject find_;
  std::shared_ptr<FaultListener> listener_ = std::make_shared<FaultListener>();
  std::mutex mutex_{};
  std::map<Key, Database> databases_{};
  std::mutex connections_mutex_{};
  std::list<Connection> connections_{};

  std::shared_ptr<GroupServers> servers_of(const Key& key);
  void forget(const MemberChange& change);
  void faults_changed();
};

}  // namespace dba::sandbox::sqlserver
