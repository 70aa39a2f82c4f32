#include "operator/operator.hpp"

#include <thread>

#include "operator/coordinator/runner.hpp"
#include "operator/runtime/control_loop.hpp"

namespace dba::sandbox::kubedb {

struct Operator::Impl {
  Impl(kube::Client& client, world::World& world, const std::string& ns)
      : coordinators(client, world, {}, ns),
        loop(client, world, ns),
        thread([this](const std::stop_token& stop) { loop.run(stop); }) {}

  CoordinatorRunner coordinators;
  ControlLoop loop;
  std::jthread thread;  // last: it ends before what it uses
};

Operator::Operator(kube::Client& client, world::World& world, const std::string& ns)
    : impl_(std::make_unique<Impl>(client, world, ns)) {}
Operator::~Operator() = default;

}  // namespace dba::sandbox::kubedb
