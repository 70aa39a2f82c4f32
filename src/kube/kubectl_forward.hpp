#pragma once
// Port-forwarding by a spawned kubectl, for networks that let no WebSocket through.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dba/kube/pod_streams.hpp"
#include "dba/platform/child.hpp"

#include "pod_stream.hpp"

namespace dba::kube {

class KubectlForward {
 public:
  /// Ready when it returns. The connection and the credential reach kubectl through a file in memory.
  /// @param why what stood in the way; part of the message when kubectl cannot do it either
  /// @throws Error (unexpected, denied), Error (interrupted).
  static std::unique_ptr<KubectlForward> start(const ClientConfig& config, const Credential& credential,
                                               const PodPort& target, const NoWebSocket& why,
                                               platform::SteadyTime deadline, const std::stop_token& stop);
  std::uint16_t port() const { return port_; }   ///< Of 127.0.0.1.
  bool ended() const { return child_.ended(); }  ///< As it does when it has lost the pod.
  std::string errors() const;                    ///< kubectl's words about what went wrong; empty = none.

 private:
  explicit KubectlForward(const platform::ChildRequest& request) : child_(request) {}
  platform::Child child_;
  std::uint16_t port_ = 0;
};

/// A kubeconfig of one context that connects as we do. JSON, which is YAML, too.
std::string minimal_kubeconfig(const ClientConfig& config, const Credential& credential);

/// The port of kubectl's line "Forwarding from 127.0.0.1:40001 -> 1433"; 0 when it is another line.
std::uint16_t forwarded_port(std::string_view line);

}  // namespace dba::kube
