#pragma once
// The coordinators at work in a cluster: watches MSSQLServers and their pods, keeps one Group per database, carries its
// decisions out as label patches, and writes what really happened into the world's ground truth.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dba/kube/client.hpp"

#include "world/world.hpp"

namespace dba::sandbox::kubedb {

/// A change of role that SQL Server is told by its coordinator.
struct SqlRoleChange {
  std::string ns{}, database{}, pod{}, uid{};
  std::string role{};  ///< PRIMARY, SECONDARY, RESOLVING
  std::uint64_t sequence_number = 0;
  platform::SteadyTime at{};
};
using SqlRoleListener = std::function<void(const SqlRoleChange& change)>;

class CoordinatorRunner {
 public:
  /// Follows the cluster from now on, until it is destroyed.
  /// @param on_role called from the runner's thread for every role of every replica; may be empty
  /// @param ns works there only; empty = in all namespaces
  CoordinatorRunner(kube::Client& client, world::World& world, SqlRoleListener on_role = {}, std::string ns = "");
  ~CoordinatorRunner();
  CoordinatorRunner(const CoordinatorRunner&) = delete;
  CoordinatorRunner& operator=(const CoordinatorRunner&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::kubedb
