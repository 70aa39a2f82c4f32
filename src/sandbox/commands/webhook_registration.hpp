#pragma once
// The webhook registered with an API server, for as long as the object lives.

#include <stop_token>
#include <string>

#include "dba/kube/client.hpp"
#include "dba/platform/clock.hpp"

#include "commands/webhook_server.hpp"

namespace dba::sandbox::commands {

class WebhookRegistration {
 public:
  /// Writes a Mutating- and a ValidatingWebhookConfiguration, failurePolicy Fail, and returns when the API server calls
  /// both. What an operator that was killed has left behind is replaced.
  /// @param client both must outlive the object; its calls must still be possible when it ends
  /// @param ns where it holds; empty = everywhere
  /// @throws Error (refused) when the API server does not reach the webhook (nothing is left registered then);
  ///   (interrupted) by `stop`; kube::ApiError
  WebhookRegistration(kube::Client& client, const WebhookServer& server, std::string ns, platform::Clock& clock,
                      const std::stop_token& stop);
  ~WebhookRegistration();  ///< Takes both away again.
  WebhookRegistration(const WebhookRegistration&) = delete;
  WebhookRegistration& operator=(const WebhookRegistration&) = delete;

  /// Whether the user of `client` may do all that.
  static bool is_allowed(kube::Client& client);

 private:
  void put(const Json& configuration);
  void take_away() noexcept;
  void wait_until_called(const WebhookServer& server, platform::Clock& clock, const std::stop_token& stop);
  kube::Client& client_;
  std::string ns_;
};

}  // namespace dba::sandbox::commands
