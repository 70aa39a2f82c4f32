#pragma once
// Role labels and log lines on their way to the API server. One patch holds everything that waits for its pod.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dba/kube/client.hpp"

#include "operator/coordinator/pod_view.hpp"
#include "world/scaled_clock.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// The annotation that carries new log lines, "CONTAINER text" each; whoever plays the kubelet appends them to the log
/// of that container.
inline constexpr const char* kLogAnnotation = "sandbox/log";

class PatchQueue {
 public:
  PatchQueue(kube::Client& client, world::ScaledClock& clock);
  ~PatchQueue();
  PatchQueue(const PatchQueue&) = delete;
  PatchQueue& operator=(const PatchQueue&) = delete;

  struct Pod {
    std::string ns{}, name{}, uid{};
  };
  void set_label(const Pod& pod, std::string role);
  void add_log(const Pod& pod, std::string line);
  /// Whether a label is on its way to this pod, or arrived after this version of it.
  bool is_ahead_of(const PodView& pod) const;
  void forget(const std::string& uid);

 private:
  struct Entry {
    Pod pod{};
    std::optional<std::string> label{};
    std::vector<std::string> lines{};
    platform::SteadyTime due{};
    bool label_in_flight = false;
    std::uint64_t labelled_version = 0;
    bool waiting() const { return label || !lines.empty(); }
  };
  kube::Client& client_;
  world::ScaledClock& clock_;
  mutable std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::map<std::string, Entry> entries_{};                            ///< By the pod's uid.
  std::set<std::pair<platform::SteadyTime, std::string>> waiting_{};  ///< What is due when, by uid.
  std::jthread worker_{};                                             // last: it ends before what it uses

  void wait_until(Entry& entry, platform::SteadyTime due);
  void work(const std::stop_token& stop);
  std::optional<std::string> take_due(const std::stop_token& stop);
  void send(const std::string& uid);
};

}  // namespace dba::sandbox::kubedb::coordinator
