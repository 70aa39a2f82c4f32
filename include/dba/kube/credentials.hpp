#pragma once
// What makes a request ours: Authorization header and client certificate, refreshed when they run out.

#include <memory>
#include <stop_token>
#include <string>

#include "dba/base/secret.hpp"
#include "dba/kube/config.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/process.hpp"

namespace dba::kube {

struct Credential {
  Secret authorization{};  ///< Whole header value, "Bearer …"; empty = none.
  std::string certificate_pem{};
  Secret key_pem{};
  std::uint64_t generation = 0;  ///< Rises whenever the credential changes.
};

/// Thread-safe: parallel requests start a credential plugin once.
class Credentials {
 public:
  virtual ~Credentials() = default;
  /// The credential to use now; may read the token file again or run the credential plugin.
  /// @throws Error (denied) "getting credentials: …" in client-go's words.
  virtual Credential current(const std::stop_token& stop) = 0;
  /// After a 401 for `used`: drops it when it is still the cached one. True when trying again can help.
  virtual bool refresh_after_unauthorized(const Credential& used) = 0;
};

/// @param interactive whether stdin is a terminal a credential plugin may talk to.
std::shared_ptr<Credentials> make_credentials(const ClientConfig& config, const platform::Environment& environment,
                                              platform::ProcessRunner& processes, platform::Clock& clock,
                                              bool interactive);

}  // namespace dba::kube
