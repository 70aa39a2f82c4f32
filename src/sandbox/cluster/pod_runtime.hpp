#pragma once
// What runs in the simulated pods: containers, their processes and logs. The kubelet (on the loop's thread) moves it
// on; exec, port-forward and log read it from the threads of the HTTP server.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "cluster/log_ring.hpp"
#include "cluster/processes.hpp"

namespace dba::sandbox::cluster {

enum class ContainerState { waiting, running, terminated };

struct Container {
  std::string name{}, image{};
  bool init = false;
  ContainerState state = ContainerState::waiting;
  std::string waiting_reason{}, waiting_message{};
  std::string id{};  ///< "containerd://…"; empty before the first start.
  WallTime started_at{}, finished_at{};
  int exit_code = 0;
  std::string exit_reason{};             ///< "Completed", "Error"
  std::string last_id{}, last_reason{};  ///< The run before; an empty id = there was none.
  WallTime last_started{}, last_finished{};
  int last_exit_code = 0;
  int restarts = 0;
  std::chrono::seconds back_off{0};                ///< What the next crash has to wait for.
  platform::SteadyTime due{};                      ///< When the next step of a waiting or ending container is taken.
  platform::SteadyTime began{};                    ///< Of the present run.
  std::optional<int> ending{};                     ///< Its main process is about to end with this code, at `due`.
  std::optional<platform::SteadyTime> ready_at{};  ///< Becomes ready then.
  bool ready = false, written_ready = false;       ///< As it is; as the kubelet last wrote it.
  std::optional<std::uint64_t> freeze_fault{};     ///< The fault that a STOP from inside has set.
  ProcessTable processes{};
  std::shared_ptr<LogRing> log = std::make_shared<LogRing>();
  std::shared_ptr<LogRing> previous_log{};
};

enum class Stage { scheduling, mounting, initializing, running, stopping };

struct PodRuntime {
  std::string uid{}, ip{}, host_ip{};
  Stage stage = Stage::scheduling;
  std::optional<platform::SteadyTime> due{};     ///< Of the present stage.
  int retries = 0;                               ///< Of mounting.
  std::vector<Container> containers{};           ///< Init containers first.
  std::optional<bool> ready{}, pending_ready{};  ///< Condition Ready as last written; as about to be written.
  bool frozen = false;                           ///< Fault freeze is on.

  Container* find(std::string_view container);
};

/// All pods by "namespace/name". Whoever touches a runtime holds the lock.
class PodTable {
 public:
  std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }
  PodRuntime* find(const std::string& key);
  PodRuntime& at(const std::string& key) { return pods_[key]; }
  void erase(const std::string& key);
  const std::map<std::string, PodRuntime>& all() const { return pods_; }

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, PodRuntime> pods_{};
};

/// A runtime for a pod as its manifest (and, when it runs already, its status) says.
PodRuntime make_runtime(const Json& pod, WallTime now);
/// Whether the image has a shell and the usual tools; the coordinator's has none.
bool has_shell(const Container& container);
/// The processes that a container of this name and image starts with.
ProcessTable boot_processes(const Container& container, WallTime now);

}  // namespace dba::sandbox::cluster
