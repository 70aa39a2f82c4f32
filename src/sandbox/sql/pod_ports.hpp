#pragma once
// Where the pods themselves run elsewhere or not at all: a loopback port for every SQL Server, written on its pod as
// annotation "sandbox/port.1433", for whoever carries connections to pods there.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "dba/kube/client.hpp"

#include "sql/member_change.hpp"
#include "sql/servers.hpp"
#include "streaming/tcp.hpp"

namespace dba::sandbox::sqlserver {

class PodPorts {
 public:
  PodPorts(kube::Client& client, std::shared_ptr<SqlServers> servers);
  PodPorts(const PodPorts&) = delete;
  PodPorts& operator=(const PodPorts&) = delete;

  /// Opens a port when the process of a pod begins to run, closes it when it ends. Does not wait for the API server.
  void tell(const MemberChange& change);

 private:
  using Key = std::pair<std::string, std::string>;  ///< Namespace and pod.
  struct Open {
    std::string uid{};
    std::uint16_t port = 0;
  };
  struct Mark {
    std::string ns{}, pod{}, uid{}, address{};
  };

  kube::Client& client_;
  std::shared_ptr<SqlServers> servers_;
  streaming::TcpListeners listeners_{};
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::map<Key, Open> open_{};
  std::deque<Mark> marks_{};
  std::jthread thread_{};  // last: it ends before what it uses

  void run(const std::stop_token& stop);
  void write(const Mark& mark, const std::stop_token& stop);
};

}  // namespace dba::sandbox::sqlserver
