#pragma once
// The simulated KubeDB: provisioner, petset controller and the coordinators of every group, through the project's own
// Kubernetes client, as any controller would. Works against the sandbox's API and against a real API server.

#include <memory>
#include <string>

#include "dba/kube/client.hpp"

#include "operator/coordinator/runner.hpp"
#include "world/world.hpp"

namespace dba::sandbox::kubedb {

class Operator {
 public:
  /// Starts watching at once; ends with the object.
  /// @param ns works there only; empty = in all namespaces
  /// @param sql what the coordinators tell and ask; may be empty
  Operator(kube::Client& client, world::World& world, const std::string& ns = "", SqlHalf sql = {});
  ~Operator();
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::kubedb
