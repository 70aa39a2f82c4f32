#include "cluster/certificate_check.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::chrono::hours kDefaultDuration{24 * 90};

std::vector<std::string> texts_at(const Json& object, codec::Path path) {
  std::vector<std::string> texts;
  const Json* const list = codec::find_at(object, path);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& text : *list) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::string bytes_of(const Json& secret, std::string_view name) {
  try {
    return base64_decode(codec::string_at(secret, {"data", name}));
  } catch (const Error&) {
    return {};
  }
}

std::optional<Violation> find_data_problem(const Json& secret) {
  const Json* const data = codec::find_at(secret, {"data"});
  if (data == nullptr || !data->is_object() || data->empty()) {
    return Violation{"MissingData", "Issuing certificate as Secret does not contain any data"};
  }
  const std::string key = bytes_of(secret, "tls.key");
  const std::string certificate = bytes_of(secret, "tls.crt");
  if (key.empty()) return Violation{"MissingData", "Issuing certificate as Secret does not contain a private key"};
  if (certificate.empty()) {
    return Violation{"MissingData", "Issuing certificate as Secret does not contain a certificate"};
  }
  try {
    tls::read_certificate(certificate);
  } catch (const Error&) {
    return Violation{
        "InvalidCertificate",
        "Issuing certificate as Secret contains an invalid certificate: error decoding certificate PEM block: "
        "no valid certificates found"};
  }
  try {
    if (!tls::key_matches(certificate, Secret(key))) {
      return Violation{"InvalidKeyPair",
                       "Issuing certificate as Secret contains a private key that does not match the certificate"};
    }
  } catch (const Error&) {
    return Violation{"InvalidKeyPair",
                     "Issuing certificate as Secret contains invalid private key data: error decoding private key PEM "
                     "block: no PEM data was found in given input"};
  }
  return std::nullopt;
}

std::optional<Violation> find_owner_problem(const Json& certificate, const Json& secret) {
  const auto said = [&](const char* name) {
    return codec::annotation_of(secret, fmt::format("cert-manager.io/{}", name));
  };
  const std::string issuer = said("issuer-name");
  const std::string kind = said("issuer-kind").empty() ? "Issuer" : said("issuer-kind");
  const std::string group = said("issuer-group").empty() ? "cert-manager.io" : said("issuer-group");
  if (issuer != codec::string_at(certificate, {"spec", "issuerRef", "name"}) ||
      kind != codec::string_at(certificate, {"spec", "issuerRef", "kind"}, "Issuer") ||
      group != codec::string_at(certificate, {"spec", "issuerRef", "group"}, "cert-manager.io")) {
    return Violation{
        "IncorrectIssuer",
        fmt::format("Issuing certificate as Secret was previously issued by \"{}.{}/{}\"", kind, group, issuer)};
  }
  const std::string name = said("certificate-name");
  if (!name.empty() && name != codec::name_of(certificate)) {
    return Violation{"IncorrectCertificate",
                     fmt::format("Secret was issued for \"{}\". If this message is not transient, you might have two "
                                 "conflicting Certificates pointing to the same secret.",
                                 name)};
  }
  // A changed spec leaves annotations behind that no longer say what it asks for.
  const Json wanted = secret_annotations(certificate);
  std::vector<std::string> changed;
  for (const auto& [key, field] : {std::pair("common-name", "spec.commonName"), std::pair("alt-names", "spec.dnsNames"),
                                   std::pair("ip-sans", "spec.ipAddresses"), std::pair("uri-sans", "spec.uris"),
                                   std::pair("subject-organizations", "spec.subject")}) {
    if (said(key) != codec::string_at(wanted, {fmt::format("cert-manager.io/{}", key)})) changed.emplace_back(field);
  }
  if (changed.empty()) return std::nullopt;
  return Violation{"RequestChanged", fmt::format("Fields on existing CertificateRequest resource not up to date: [{}]",
                                                 join(changed, " "))};
}

tls::KeyType key_type_of(const Json& certificate) {
  const std::string algorithm = codec::string_at(certificate, {"spec", "privateKey", "algorithm"}, "RSA");
  const std::int64_t size = codec::int_at(certificate, {"spec", "privateKey", "size"}).value_or(0);
  if (algorithm == "ECDSA") return size == 384 ? tls::KeyType::ecdsa_p384 : tls::KeyType::ecdsa_p256;
  return size == 4096 ? tls::KeyType::rsa4096 : size == 3072 ? tls::KeyType::rsa3072 : tls::KeyType::rsa2048;
}

}  // namespace

std::optional<Violation> find_violation(const Json& certificate, const Json* secret, WallTime now) {
  if (secret == nullptr) return Violation{"DoesNotExist", "Issuing certificate as Secret does not exist"};
  if (auto problem = find_data_problem(*secret)) return problem;
  if (auto problem = find_owner_problem(certificate, *secret)) return problem;
  const tls::CertificateFacts facts = tls::read_certificate(bytes_of(*secret, "tls.crt"));
  if (now > facts.not_after) {
    return Violation{"Expired", fmt::format("Certificate expired on {:%a, %d %b %Y %H:%M:%S} UTC",
                                            fmt::gmtime(std::chrono::system_clock::to_time_t(facts.not_after)))};
  }
  const WallTime renewal = renewal_time(certificate, facts.not_before, facts.not_after);
  if (now < renewal) return std::nullopt;
  return Violation{"Renewing",
                   fmt::format("Renewing certificate as renewal was scheduled at {:%Y-%m-%d %H:%M:%S} +0000 UTC",
                               fmt::gmtime(std::chrono::system_clock::to_time_t(renewal)))};
}

tls::LeafRequest leaf_request(const Json& certificate, WallTime now) {
  tls::LeafRequest request;
  const auto add = [&](const char* attribute, codec::Path path) {
    for (const std::string& text : texts_at(certificate, path)) request.subject.emplace_back(attribute, text);
  };
  add("C", {"spec", "subject", "countries"});
  add("ST", {"spec", "subject", "provinces"});
  add("L", {"spec", "subject", "localities"});
  add("O", {"spec", "subject", "organizations"});
  add("OU", {"spec", "subject", "organizationalUnits"});
  if (const std::string name = codec::string_at(certificate, {"spec", "commonName"}); !name.empty()) {
    request.subject.emplace_back("CN", name);
  }
  request.dns_names = texts_at(certificate, {"spec", "dnsNames"});
  request.ip_addresses = texts_at(certificate, {"spec", "ipAddresses"});
  request.uris = texts_at(certificate, {"spec", "uris"});
  request.emails = texts_at(certificate, {"spec", "emailAddresses"});
  const std::vector<std::string> usages = texts_at(certificate, {"spec", "usages"});
  request.server_auth = std::ranges::find(usages, "server auth") != usages.end();
  request.client_auth = std::ranges::find(usages, "client auth") != usages.end();
  request.is_ca = codec::bool_at(certificate, {"spec", "isCA"});
  request.key_type = key_type_of(certificate);
  const auto life = try_parse_duration(codec::string_at(certificate, {"spec", "duration"}))
                        .value_or(std::chrono::nanoseconds(kDefaultDuration));
  request.not_before = std::chrono::floor<std::chrono::seconds>(now);
  request.not_after = request.not_before + std::chrono::duration_cast<WallTime::duration>(life);
  return request;
}

Json secret_annotations(const Json& certificate) {
  Json annotations{
      {"cert-manager.io/alt-names", join(texts_at(certificate, {"spec", "dnsNames"}), ",")},
      {"cert-manager.io/certificate-name", codec::name_of(certificate)},
      {"cert-manager.io/common-name", codec::string_at(certificate, {"spec", "commonName"})},
      {"cert-manager.io/ip-sans", join(texts_at(certificate, {"spec", "ipAddresses"}), ",")},
      {"cert-manager.io/issuer-group", codec::string_at(certificate, {"spec", "issuerRef", "group"})},
      {"cert-manager.io/issuer-kind", codec::string_at(certificate, {"spec", "issuerRef", "kind"}, "Issuer")},
      {"cert-manager.io/issuer-name", codec::string_at(certificate, {"spec", "issuerRef", "name"})}};
  const auto add = [&](const char* key, codec::Path path) {
    const std::string text = join(texts_at(certificate, path), ",");
    if (!text.empty()) annotations[key] = text;
  };
  add("cert-manager.io/email-sans", {"spec", "emailAddresses"});
  add("cert-manager.io/subject-countries", {"spec", "subject", "countries"});
  add("cert-manager.io/subject-localities", {"spec", "subject", "localities"});
  add("cert-manager.io/subject-organizations", {"spec", "subject", "organizations"});
  add("cert-manager.io/subject-organizationalunits", {"spec", "subject", "organizationalUnits"});
  add("cert-manager.io/subject-provinces", {"spec", "subject", "provinces"});
  annotations["cert-manager.io/uri-sans"] = join(texts_at(certificate, {"spec", "uris"}), ",");
  return annotations;
}

WallTime renewal_time(const Json& certificate, WallTime not_before, WallTime not_after) {
  const auto life = not_after - not_before;
  const auto ahead = try_parse_duration(codec::string_at(certificate, {"spec", "renewBefore"}));
  const auto before = ahead && *ahead > std::chrono::nanoseconds(0) && *ahead < life
                          ? std::chrono::duration_cast<WallTime::duration>(*ahead)
                          : life / 3;
  return std::chrono::floor<std::chrono::seconds>(not_after - before);
}

}  // namespace dba::sandbox::cluster
