#pragma once
// KubeDB's webhook as a real API server calls it: AdmissionReviews over HTTPS on a free loopback port.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dba/platform/clock.hpp"

#include "operator/webhook.hpp"

namespace dba::sandbox::commands {

class WebhookServer {
 public:
  /// Makes a CA and a certificate of its own; listens when it returns.
  /// @param lookup called from several threads at a time; what it throws is answered as 500
  /// @throws Error (unexpected) when no port is to be had.
  WebhookServer(kubedb::Lookup lookup, platform::Clock& clock);
  ~WebhookServer();
  WebhookServer(const WebhookServer&) = delete;
  WebhookServer& operator=(const WebhookServer&) = delete;

  std::string url(kubedb::ReviewPhase phase) const;  ///< "https://127.0.0.1:PORT/mutate" or "…/validate"
  const std::string& ca_pem() const;
  /// How often the API server has asked so far.
  std::uint64_t reviews(kubedb::ReviewPhase phase) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::commands
