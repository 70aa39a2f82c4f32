#pragma once
// The coordinators at work in a cluster: watches MSSQLServers and their pods, keeps one Group per database, carries its
// decisions out as label patches, and writes what really happened into the world's ground truth.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dba/kube/client.hpp"

#include "operator/coordinator/coordinators.hpp"
#include "world/world.hpp"

namespace dba::sandbox::kubedb {

/// How the SQL Server of one member is from now on: what its coordinator tells it, and what befalls it.
struct SqlRoleChange {
  std::string ns{}, database{}, pod{}, uid{};
  int member = 0;      ///< Its ordinal.
  std::string role{};  ///< PRIMARY, SECONDARY, RESOLVING
  std::uint64_t sequence_number = 0;
  coordinator::SqlProcess process{};
  platform::SteadyTime at{};
};
using SqlRoleListener = std::function<void(const SqlRoleChange& change)>;
using SqlLsnSource = coordinator::LsnSource;

/// The SQL half of a cluster, as far as the coordinators go. Each may be empty. Called from the coordinators' thread.
struct SqlHalf {
  SqlRoleListener on_role{};  ///< For every change of every replica.
  SqlLsnSource lsn{};
};

class CoordinatorRunner {
 public:
  /// Follows the cluster from now on, until it is destroyed.
  /// @param ns works there only; empty = in all namespaces
  CoordinatorRunner(kube::Client& client, world::World& world, SqlHalf sql = {}, std::string ns = "");
  ~CoordinatorRunner();
  /// Whether the SQL Server in a pod takes connections; absent for a pod that nothing is known of yet. From any thread.
  std::optional<bool> listens(const std::string& pod_uid) const;
  CoordinatorRunner(const CoordinatorRunner&) = delete;
  CoordinatorRunner& operator=(const CoordinatorRunner&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::kubedb
