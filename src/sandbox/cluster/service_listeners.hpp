#pragma once
// What kube-proxy does: an address for each Service that leads to one of its ready pods, following the EndpointSlice
// with a lag of its own. Connections that are open stay where they are.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"
#include "cluster/context.hpp"
#include "cluster/informers.hpp"
#include "streaming/tcp.hpp"

namespace dba::sandbox::cluster {

class ServiceListeners {
 public:
  ServiceListeners(Context context, Informers& informers, streaming::PodBackend& pods);
  std::vector<ServiceAddress> addresses() const;

 private:
  struct Backend {
    streaming::PodRef pod{};
    int port = 0;
  };
  struct Route {
    std::uint16_t listener = 0;
    int port = 0;  ///< Of the Service.
    std::vector<Backend> backends{};
    std::size_t next = 0;
  };
  using Key = std::pair<std::string, std::string>;  ///< Service key and port name.

  Context context_;
  Informers& informers_;
  streaming::PodBackend& pods_;
  std::size_t controller_;
  mutable std::mutex mutex_{};
  std::map<Key, Route> routes_{};
  streaming::TcpListeners listeners_{};  ///< Last: its threads use what is above.

  void reconcile(const std::string& key);
  void enqueue_later(const std::string& key);
  void forget(const std::string& key);
  std::vector<Backend> backends_of(const Json& service, const std::string& port_name) const;
  void connect(const Key& key, std::unique_ptr<streaming::ByteStream> peer, const std::stop_token& stop);
};

}  // namespace dba::sandbox::cluster
