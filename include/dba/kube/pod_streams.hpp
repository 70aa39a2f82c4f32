#pragma once
// Connections into a pod through the API server: to its ports (port-forward) and to commands in its containers (exec).

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/client.hpp"
#include "dba/platform/file_descriptor.hpp"

namespace dba::kube {

struct PodPort {
  std::string ns{}, pod{};
  std::uint16_t port = 0;
  std::string uid{};  ///< Set: only ever this pod, never another one that was made under its name.
};

/// Any number of connections to one port of one pod, each with a WebSocket and a thread of its own. Where something
/// between us and the API server lets no WebSocket through, a spawned kubectl forwards instead.
class PortForward {
 public:
  /// Connects nothing yet. @param client has to outlive it
  PortForward(Client& client, PodPort target);
  ~PortForward();  ///< Ends every connection.
  PortForward(const PortForward&) = delete;
  PortForward& operator=(const PortForward&) = delete;

  /// A new connection. What is written to the descriptor goes to the port, what the port sends can be read; its end is
  /// the connection's. That this succeeds proves nothing about the port: the first byte, or problem(), does.
  /// @throws ApiError; Error (unexpected) when the pod is another one; Error (interrupted).
  platform::FileDescriptor connect(platform::SteadyTime deadline, const std::stop_token& stop);

  /// The other side's words about the connection that ended last, such as a refused port; empty = none.
  std::string problem() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ExecRequest {
  std::string ns{}, pod{}, container{};
  std::vector<std::string> command{};
  std::string stdin_text{};  ///< Written and closed; secrets belong here, never into the command.
};

struct ExecResult {
  int exit_code = 0;
  std::string out{}, err{};
};

/// Runs a command in a container to its end.
/// @throws ApiError when it cannot be run; Error (unexpected) when the stream ends without saying how the command
/// ended; Error (timed_out), Error (interrupted).
ExecResult exec_in_pod(Client& client, const ExecRequest& request, platform::SteadyTime deadline,
                       const std::stop_token& stop);

}  // namespace dba::kube
