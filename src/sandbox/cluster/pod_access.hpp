#pragma once
// exec, port-forward and logs of the simulated pods.

#include <list>
#include <mutex>
#include <thread>

#include "cluster/cluster.hpp"
#include "cluster/kubelet.hpp"
#include "cluster/shell.hpp"

namespace dba::sandbox::cluster {

class PodAccess final : public streaming::PodBackend {
 public:
  PodAccess(Context context, Informers& informers, Kubelet& kubelet)
      : context_(context), informers_(informers), kubelet_(kubelet) {}

  streaming::ExecResult exec(const streaming::ExecRequest& request, const streaming::ExecStreams& streams,
                             const std::stop_token& stop) override;
  std::unique_ptr<streaming::ByteStream> connect(const streaming::PodRef& target, int port) override;
  void logs(const streaming::LogRequest& request, const std::function<bool(std::string_view)>& sink,
            const std::stop_token& stop) override;
  void set_listener(PodListener listener);
  void set_sqlcmd(PodProgram sqlcmd);

 private:
  Context context_;
  Informers& informers_;
  Kubelet& kubelet_;
  std::mutex mutex_{};
  PodListener listener_{};
  PodProgram sqlcmd_{};
  std::list<std::jthread> background_{};

  api::Object find_pod(const streaming::PodRef& target) const;
  Surroundings surroundings(const api::Object& pod, const std::string& container);
};

}  // namespace dba::sandbox::cluster
