#include "sql/server/certificates.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::sandbox::sqlserver {

namespace {

std::optional<tls::KeyPair> find_authority(const FindObject& find, const DatabaseSettings& settings) {
  const auto& type =
      settings.issuer_kind == "ClusterIssuer" ? kube::resources::clusterissuers : kube::resources::issuers;
  const auto issuer = find(type, settings.ns, settings.issuer);
  if (!issuer) return std::nullopt;
  const CertificateFiles files =
      find_certificate(find, settings.ns, codec::string_at(*issuer, {"spec", "ca", "secretName"}));
  if (files.certificate_pem.empty()) return std::nullopt;
  return tls::KeyPair{files.certificate_pem, Secret(files.key_pem)};
}

}  // namespace

CertificateFiles find_certificate(const FindObject& find, const std::string& ns, const std::string& secret) {
  const auto object = secret.empty() ? nullptr : find(kube::resources::secrets, ns, secret);
  if (!object) return {};
  try {
    return {base64_decode(codec::string_at(*object, {"data", "tls.crt"})),
            base64_decode(codec::string_at(*object, {"data", "tls.key"}))};
  } catch (const Error&) {
    return {};
  }
}

CertificateFiles make_expired_certificate(const FindObject& find, const DatabaseSettings& settings,
                                          const std::string& pod, WallTime now) {
  const std::optional<tls::KeyPair> authority = find_authority(find, settings);
  const tls::KeyPair pair = tls::issue_certificate(
      {.subject = {{"CN", "server"}},
       .dns_names = {"localhost", settings.name, fmt::format("{}.{}.svc", settings.name, settings.ns),
                     fmt::format("{}.{}-pods.{}.svc", pod, settings.name, settings.ns)},
       .ip_addresses = {"127.0.0.1"},
       .server_auth = true,
       .not_before = now - std::chrono::days(91),
       .not_after = now - std::chrono::days(1)},
      authority ? &*authority : nullptr);
  return {pair.certificate_pem, pair.key_pem.reveal()};
}

std::vector<views::CertificateRow> endpoint_certificates(const FindObject& find, const DatabaseSettings& settings) {
  const CertificateFiles files = find_certificate(find, settings.ns, settings.endpoint_cert_secret);
  if (files.certificate_pem.empty()) return {};
  try {
    const tls::CertificateFacts facts = tls::read_certificate(files.certificate_pem);
    return {{"dbm_certificate", facts.subject, facts.issuer, facts.not_before, facts.not_after}};
  } catch (const Error&) {
    return {};
  }
}

}  // namespace dba::sandbox::sqlserver
