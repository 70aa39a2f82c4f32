#include "operator/operator.hpp"

#include <thread>
#include <utility>

#include "operator/coordinator/runner.hpp"
#include "operator/runtime/control_loop.hpp"

namespace dba::sandbox::kubedb {

struct Operator::Impl {
  Impl(kube::Client& client, world::World& world, const std::string& ns, SqlHalf sql)
      : coordinators(client, world, std::move(sql), ns),
        loop(client, world, ns, [this](const std::string& pod_uid) { return coordinators.listens(pod_uid); }),
        thread([this](const std::stop_token& stop) { loop.run(stop); }) {}

  CoordinatorRunner coordinators;
  ControlLoop loop;
  std::jthread thread;  // last: it ends before what it uses
};

Operator::Operator(kube::Client& client, world::World& world, const std::string& ns, SqlHalf sql)
    : impl_(std::make_unique<Impl>(client, world, ns, std::move(sql))) {}
Operator::~Operator() = default;

}  // namespace dba::sandbox::kubedb
