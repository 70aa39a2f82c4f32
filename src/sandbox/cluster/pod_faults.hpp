#pragma once
// Faults kill-process and freeze, as the pods feel them.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "cluster/kubelet.hpp"

namespace dba::sandbox::cluster {

class PodFaults {
 public:
  PodFaults(Context context, Informers& informers, Kubelet& kubelet);

 private:
  Context context_;
  Informers& informers_;
  Kubelet& kubelet_;
  std::size_t controller_;
  std::set<std::string> frozen_{};                            ///< Keys of the pods that are told to stand still.
  std::set<std::pair<std::uint64_t, std::string>> killed_{};  ///< Fault and the container id it has ended.

  void reconcile();
  void freeze(const Json& pod, bool on);
  void kill(const Json& pod);
};

}  // namespace dba::sandbox::cluster
