#pragma once
// Scheduler and kubelets in one: gives pods a node, mounts, starts, restarts and ends their containers, and writes
// their status. A pod that was loaded as Running is left alone until something is done to it.

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cluster/context.hpp"
#include "cluster/informers.hpp"
#include "cluster/pod_runtime.hpp"

namespace dba::sandbox::cluster {

class Kubelet {
 public:
  Kubelet(Context context, Informers& informers, PodTable& table);

  /// Signals a process, as `kill` in the container or the container runtime outside does.
  SignalEffect signal(const Json& pod, const std::string& container, int pid, int number, SignalOrigin origin);
  /// Adds a line to a container's log; a pod or container that is not there is passed over.
  void append_log(const std::string& key, const std::string& container, const std::string& line);
  void enqueue(const std::string& key) { context_.loop.enqueue(controller_, key); }
  /// The pods a caller outside works with: runs `use` with the pod's runtime (made when it was loaded ready-made).
  template <typename Use>
  auto with_runtime(const Json& pod, const Use& use) {
    const auto lock = table_.lock();
    return use(*runtime_for(key_of(pod), pod));
  }

 private:
  struct Outcome {
    std::vector<EventText> events{};
    bool write = false;   ///< The status is worth storing.
    bool remove = false;  ///< All containers have ended: the object goes.
    std::optional<platform::SteadyTime> next{};
  };

  Context context_;
  Informers& informers_;
  PodTable& table_;
  std::size_t controller_;
  std::uint32_t next_address_ = 5;
  std::set<std::string> addresses_{};  ///< Of all pods, also loaded ones; under the table's lock.

  void reconcile(const std::string& key);
  void schedule(const Json& pod);
  PodRuntime* runtime_for(const std::string& key, const Json& pod);
  void step(const Json& pod, PodRuntime& runtime, Outcome& outcome);
  bool mount(const Json& pod, PodRuntime& runtime, Outcome& outcome);
  bool initialize(const Json& pod, PodRuntime& runtime, Outcome& outcome);
  void run_containers(const Json& pod, PodRuntime& runtime, Outcome& outcome);
  void stop(const Json& pod, PodRuntime& runtime, Outcome& outcome);
  void start_container(const Json& pod, PodRuntime& runtime, Container& container, Outcome& outcome);
  void end_container(const Json& pod, Container& container, int exit_code, Outcome& outcome);
  void take_log_annotation(const api::Object& before, const api::Object& now);
  std::chrono::nanoseconds pause(const Json& pod, std::string_view what, int least_millis, int most_millis) const;
  void note_address(const api::Object& before, const api::Object& now);
  std::string free_address();
  void wake_waiting(const std::string& ns);
};

}  // namespace dba::sandbox::cluster
