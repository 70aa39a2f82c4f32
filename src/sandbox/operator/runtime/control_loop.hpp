#pragma once
// The operator's one thread: takes what the watches tell, works off what is due, waits.

#include <stop_token>
#include <string>

#include "dba/kube/client.hpp"
#include "dba/kube/watch.hpp"

#include "operator/runtime/database_controller.hpp"
#include "operator/runtime/petset_controller.hpp"
#include "world/world.hpp"

namespace dba::sandbox::kubedb {

class ControlLoop {
 public:
  /// @param ns      works there only; empty = in all namespaces
  /// @param listens how the health check finds out whether a SQL Server takes connections; empty = all of them do
  ControlLoop(kube::Client& client, world::World& world, std::string ns = "", ListensToSql listens = {});
  /// Works until `stop` is requested. The client's own calls end by the client's stop token.
  void run(const std::stop_token& stop);

 private:
  platform::SteadyTime now() const;
  platform::SteadyTime next_moment() const;
  bool is_down() const;
  void add(WorkKey::What what, std::string ns, std::string name);
  void take(const kube::WatchEvent& event);
  void work(const WorkKey& key);
  void retry(const WorkKey& key, const kube::ApiError& error);

  kube::Client& client_;
  world::World& world_;
  std::string ns_;
  Store store_{};
  WorkQueue queue_{};
  Writer writer_;
  DatabaseController databases_;
  PetSetController petsets_;
};

}  // namespace dba::sandbox::kubedb
