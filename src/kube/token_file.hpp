#pragma once
// A bearer token that somebody else renews in a file, as kubelets do for service accounts.
// @source client-go transport/token_source.go: period 60 s, leeway 10 s, reset on 401.

#include <mutex>
#include <optional>
#include <string>

#include "dba/kube/credentials.hpp"
#include "dba/platform/clock.hpp"

namespace dba::kube {

class TokenFileCredentials : public Credentials {
 public:
  /// @param fallback certificate to send along, and the token for when the file cannot be read (may be empty)
  TokenFileCredentials(std::string path, Credential fallback, platform::Clock& clock);

  /// @throws Error (usage) when the file cannot be read or is empty, and there was no token before.
  Credential current(const std::stop_token& stop) override;
  bool refresh_after_unauthorized(const Credential& used) override;

 private:
  void read_file();

  const std::string path_;
  platform::Clock& clock_;
  std::mutex mutex_;
  Credential cached_;
  std::optional<platform::SteadyTime> read_at_{};  ///< Absent = read again at the next use.
};

}  // namespace dba::kube
