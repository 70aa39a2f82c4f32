#include "dba/kube/credentials.hpp"

#include <fmt/format.h>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

#include "exec_credentials.hpp"
#include "header_value.hpp"
#include "token_file.hpp"

namespace dba::kube {

namespace {

/// A credential that never changes.
class FixedCredentials : public Credentials {
 public:
  explicit FixedCredentials(Credential credential) : credential_(std::move(credential)) {}
  Credential current(const std::stop_token&) override { return credential_; }
  bool refresh_after_unauthorized(const Credential&) override { return false; }

 private:
  Credential credential_;
};

Secret authorization_of(const Identity& identity) {
  if (!identity.token.empty()) return Secret("Bearer " + identity.token.reveal());
  if (identity.basic_user.empty() && identity.basic_password.empty()) return Secret();
  return Secret("Basic " + base64_encode(identity.basic_user + ":" + identity.basic_password.reveal()));
}

PluginInput input_of(const ClientConfig& config, bool interactive) {
  if (config.stdin_is_taken) return PluginInput::taken;
  return interactive ? PluginInput::terminal : PluginInput::no_terminal;
}

}  // namespace

std::shared_ptr<Credentials> make_credentials(const ClientConfig& config, const platform::Environment& environment,
                                              platform::ProcessRunner& processes, platform::Clock& clock,
                                              bool interactive) {
  const Identity& identity = config.identity;
  if (identity.exec) {
    return std::make_shared<ExecCredentials>(*identity.exec, input_of(config, interactive), environment, processes,
                                             clock);
  }
  if (!fits_in_header(identity.token.reveal())) {
    throw usage_error(
        fmt::format("the token of user \"{}\" holds a character that no HTTP header may hold", config.user_name));
  }
  Credential fixed{authorization_of(identity), identity.certificate_pem, identity.key_pem, 1};
  if (!identity.token_file.empty()) {
    return std::make_shared<TokenFileCredentials>(identity.token_file, std::move(fixed), clock);
  }
  return std::make_shared<FixedCredentials>(std::move(fixed));
}

}  // namespace dba::kube
