#pragma once
// The client's side of a TLS session.

#include <string>
#include <vector>

#include "dba/tls/session.hpp"

namespace dba::tls {

struct ClientOptions {
  bool verify = true;                         ///< false: whatever certificate the server shows will do.
  std::string authorities_pem{};              ///< What a chain has to end in, when verifying.
  std::vector<std::string> expected_names{};  ///< DNS names; the certificate has to hold one of them, when verifying.
  std::string server_name{};                  ///< Told to the server (SNI); empty = nothing.
  std::vector<std::string> protocols{};       ///< ALPN, in order of preference.
  bool at_most_tls_1_2 = false;
};

class Client : public Session {
 public:
  /// @throws Error (usage) when the authorities cannot be read, or there is none, or no expected name, when verifying.
  explicit Client(const ClientOptions& options);
};

}  // namespace dba::tls
