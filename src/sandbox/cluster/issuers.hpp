#pragma once
// cert-manager's issuers: whether they can sign, and with what.

#include <functional>
#include <optional>
#include <string>

#include "dba/tls/certificates.hpp"

#include "cluster/context.hpp"
#include "cluster/informers.hpp"

namespace dba::sandbox::cluster {

/// What an Issuer or ClusterIssuer says of itself: its Ready condition.
struct IssuerVerdict {
  bool ready = false;
  std::string reason{}, message{};
};
/// @param ns the namespace of its secrets: its own, or "cert-manager" for a ClusterIssuer
/// @source cert-manager 1.21 pkg/issuer/ca/setup.go, pkg/issuer/selfsigned/setup.go, pkg/util/kube/pki.go
IssuerVerdict judge_issuer(const api::Api& api, const Json& issuer, const std::string& ns);

/// Who signs for a Certificate. `authority` is absent for a self-signed issuer.
struct Signer {
  std::optional<tls::KeyPair> authority{};
};

class Issuers {
 public:
  Issuers(Context context, Informers& informers);
  /// The signer that spec.issuerRef of `certificate` names; absent while there is none or it is not ready.
  std::optional<Signer> find_signer(const Json& certificate) const;
  /// Called when an issuer has become able to sign.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

 private:
  Context context_;
  Informers& informers_;
  std::size_t controller_;
  std::function<void()> changed_{};

  void reconcile(const std::string& key);
  void secret_changed(const Json& secret);
};

}  // namespace dba::sandbox::cluster
