#pragma once
// What a Certificate asks for, and what cert-manager finds wrong with the Secret that should hold it. Pure.

#include <optional>
#include <string>

#include "dba/codec/json.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::sandbox::cluster {

/// One violation in cert-manager's words.
struct Violation {
  std::string reason{}, message{};
};
/// The first reason to issue the certificate (again). `secret` is null when it does not exist.
/// @source cert-manager 1.21 internal/controller/certificates/policies (order and texts)
std::optional<Violation> find_violation(const Json& certificate, const Json* secret, WallTime now);

/// The request that the spec of a Certificate stands for. @throws Error (usage) for what it cannot express.
tls::LeafRequest leaf_request(const Json& certificate, WallTime now);
/// The Secret's annotations for a certificate of this request, issuerRef and name.
Json secret_annotations(const Json& certificate);
/// When cert-manager renews: renewBefore ahead of the end, else after two thirds of the life.
WallTime renewal_time(const Json& certificate, WallTime not_before, WallTime not_after);

}  // namespace dba::sandbox::cluster
