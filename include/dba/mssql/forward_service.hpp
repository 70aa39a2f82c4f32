#pragma once
// Local ports that lead to SQL Server in a pod, or to whichever pod has a role.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/client.hpp"
#include "dba/mssql/query_target.hpp"

namespace dba::mssql {

struct ForwardRequest {
  std::string ns{}, name{};
  WantedRole role = WantedRole::primary;
  std::string replica{};  ///< This pod, whatever its role.
  std::vector<std::string> addresses{"127.0.0.1"};
  std::uint16_t local_port = 0;  ///< 0 = any free one.
  std::uint16_t port = 1433;
  bool follow = false;  ///< Go on with whoever has the role, or the pod's successor; connections to the last one end.
};

/// What goes on; calls come from more than one thread, one at a time.
class ForwardListener {
 public:
  virtual ~ForwardListener() = default;
  /// Connections are taken here; once for every address.
  virtual void listening(const std::string& address, std::uint16_t port, const std::string& pod) = 0;
  virtual void connection(std::uint16_t port) = 0;  ///< Somebody has connected to this local port.
  /// The connection could not be carried on, or ended with these words of the other side.
  virtual void failed(const std::string& why) = 0;
  /// New connections go to `pod` from now on; empty = to nobody, for the reason given.
  virtual void moved(const std::string& pod, const std::string& why) = 0;
};

/// Forwards until the client's stop token is requested. Who has a role is what Kubernetes says: SQL Server is not
/// asked.
/// @throws Error (usage) when it cannot listen; (unhealthy) when nobody has the role at the start; (denied) for a pod
///         that is not there; (unexpected) "lost connection to pod" without `follow`; (interrupted)
void forward_port(kube::Client& client, const ForwardRequest& request, ForwardListener& listener);

}  // namespace dba::mssql
