#pragma once
// The server's side of a TLS session.

#include <string>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/tls/session.hpp"

namespace dba::tls {

struct ServerOptions {
  std::string certificate_pem{};  ///< The server's own first, then those that lead to its authority.
  Secret key_pem{};
  /// ALPN, in order of preference: a client that offers protocols has to offer one of these. Empty = none is agreed on.
  std::vector<std::string> protocols{};
  bool at_most_tls_1_2 = false;
};

class Server : public Session {
 public:
  /// @throws Error (usage) when certificate or key cannot be read, or do not belong together.
  explicit Server(const ServerOptions& options);
  std::string protocol() const;  ///< The one that was agreed on; empty = none.
};

}  // namespace dba::tls
