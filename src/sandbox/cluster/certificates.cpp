#include "cluster/certificates.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::string_view kCertificatesManager = "cert-manager-certificates";
constexpr std::string_view kSecretManager = "cert-manager-certificates-issuing";

bool is_issuing(const Json& certificate) {
  const Json* const issuing = codec::condition_of(certificate, "Issuing");
  return issuing != nullptr && codec::string_at(*issuing, {"status"}) == "True";
}

void put_condition(Json& certificate, const ConditionText& text, WallTime now) {
  set_condition(certificate["status"], text, now);
  for (Json& condition : certificate["status"]["conditions"]) {
    if (codec::string_at(condition, {"type"}) != text.type) continue;
    condition["observedGeneration"] = codec::int_at(certificate, {"metadata", "generation"}).value_or(1);
  }
}

void drop_condition(Json& certificate, std::string_view type) {
  Json left = Json::array();
  for (const Json& condition : certificate["status"]["conditions"]) {
    if (codec::string_at(condition, {"type"}) != type) left.push_back(condition);
  }
  certificate["status"]["conditions"] = std::move(left);
}

}  // namespace

Certificates::Certificates(Context context, Informers& informers, Issuers& issuers)
    : context_(context),
      informers_(informers),
      issuers_(issuers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  informers_.certificates.on_change([this](const api::Object&, const api::Object& now) {
    if (now) context_.loop.enqueue(controller_, key_of(*now));
  });
  informers_.secrets.on_change(
      [this](const api::Object& before, const api::Object& now) { secret_changed(now ? *now : *before); });
  issuers_.on_change([this] {
    for (const api::Object& certificate : informers_.certificates.all()) {
      if (is_issuing(*certificate)) context_.loop.enqueue(controller_, key_of(*certificate));
    }
  });
}

void Certificates::secret_changed(const Json& secret) {
  const std::string name = codec::annotation_of(secret, "cert-manager.io/certificate-name");
  if (!name.empty()) {
    context_.loop.enqueue(controller_, codec::namespace_of(secret) + "/" + name);
    return;
  }
  for (const api::Object& certificate : informers_.certificates.all()) {
    if (codec::namespace_of(*certificate) == codec::namespace_of(secret) &&
        codec::string_at(*certificate, {"spec", "secretName"}) == codec::name_of(secret)) {
      context_.loop.enqueue(controller_, key_of(*certificate));
    }
  }
}

void Certificates::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Object certificate = context_.api.find(informers_.certificates.type(), ns, name);
  if (!certificate || codec::find_at(*certificate, {"metadata", "deletionTimestamp"}) != nullptr) return;
  const api::Object secret =
      context_.api.find(informers_.secrets.type(), ns, codec::string_at(*certificate, {"spec", "secretName"}));
  if (is_issuing(*certificate)) return issue(*certificate, secret);
  const std::optional<Violation> violation =
      find_violation(*certificate, secret.get(), context_.world.clock.wall_now());
  if (violation) return trigger(*certificate, *violation);
  report(*certificate, secret.get());
}

void Certificates::trigger(const Json& certificate, const Violation& violation) {
  const WallTime now = context_.world.clock.wall_now();
  Json changed = certificate;
  put_condition(changed, {"Issuing", "True", violation.reason, violation.message}, now);
  // A certificate that only nears its end is still good.
  if (violation.reason != "Renewing") {
    put_condition(changed, {"Ready", "False", violation.reason, violation.message}, now);
  }
  write_status(context_.api, informers_.certificates.type(), certificate, changed, kCertificatesManager);
  context_.events.record(certificate,
                         {"Normal", "Issuing", violation.message, "cert-manager-certificates-trigger", {}});
}

/// What comes before the signature: a key in a Secret of its own, and a request for the issuer.
void Certificates::prepare(const Json& certificate) {
  const std::string name = codec::name_of(certificate);
  const std::int64_t revision = codec::int_at(certificate, {"status", "revision"}).value_or(0) + 1;
  const std::string key =
      fmt::format("{}-{}", name,
                  name_suffix(std::hash<std::string>{}(fmt::format("{} {}", codec::uid_of(certificate), revision)), 5));
  Json prepared = certificate;
  prepared["status"]["nextPrivateKeySecretName"] = key;
  write_status(context_.api, informers_.certificates.type(), certificate, prepared, kCertificatesManager);
  say(certificate, "Generated", fmt::format("Stored new private key in temporary Secret resource \"{}\"", key),
      "key-manager");
  say(certificate, "Requested", fmt::format("Created new CertificateRequest resource \"{}-{}\"", name, revision),
      "request-manager");
}

void Certificates::say(const Json& certificate, std::string reason, std::string message, std::string_view part) {
  context_.events.record(
      certificate,
      {"Normal", std::move(reason), std::move(message), fmt::format("cert-manager-certificates-{}", part), {}});
}

void Certificates::issue(const Json& certificate, const api::Object& secret) {
  if (codec::string_at(certificate, {"status", "nextPrivateKeySecretName"}).empty()) return prepare(certificate);
  const std::optional<Signer> signer = issuers_.find_signer(certificate);
  if (!signer) return;  // The issuer wakes us up when it is ready.
  const WallTime now = context_.world.clock.wall_now();
  const tls::LeafRequest request = leaf_request(certificate, now);
  const tls::KeyPair pair = tls::issue_certificate(request, signer->authority ? &*signer->authority : nullptr);
  store_secret(certificate, secret, pair,
               signer->authority ? signer->authority->certificate_pem : pair.certificate_pem);
  Json issued = certificate;
  drop_condition(issued, "Issuing");
  put_condition(issued, {"Ready", "True", "Ready", "Certificate is up to date and has not expired"}, now);
  issued["status"]["notAfter"] = format_rfc3339(request.not_after);
  issued["status"]["notBefore"] = format_rfc3339(request.not_before);
  issued["status"]["renewalTime"] = format_rfc3339(renewal_time(certificate, request.not_before, request.not_after));
  issued["status"]["revision"] = codec::int_at(certificate, {"status", "revision"}).value_or(0) + 1;
  issued["status"].erase("nextPrivateKeySecretName");
  write_status(context_.api, informers_.certificates.type(), certificate, issued, kCertificatesManager);
  say(certificate, "Issuing", "The certificate has been successfully issued", "issuing");
}

void Certificates::report(const Json& certificate, const Json* secret) {
  const WallTime now = context_.world.clock.wall_now();
  const tls::CertificateFacts facts =
      tls::read_certificate(base64_decode(codec::string_at(*secret, {"data", "tls.crt"})));
  const WallTime renewal = renewal_time(certificate, facts.not_before, facts.not_after);
  Json changed = certificate;
  put_condition(changed, {"Ready", "True", "Ready", "Certificate is up to date and has not expired"}, now);
  changed["status"]["notAfter"] = format_rfc3339(facts.not_after);
  changed["status"]["notBefore"] = format_rfc3339(facts.not_before);
  changed["status"]["renewalTime"] = format_rfc3339(renewal);
  write_status(context_.api, informers_.certificates.type(), certificate, changed, kCertificatesManager);
  context_.loop.enqueue(controller_, key_of(certificate), renewal - now);
}

void Certificates::store_secret(const Json& certificate, const api::Object& secret, const tls::KeyPair& pair,
                                const std::string& authority) {
  const std::string ns = codec::namespace_of(certificate);
  const std::string name = codec::string_at(certificate, {"spec", "secretName"});
  Json wanted = secret ? *secret
                       : Json{{"apiVersion", "v1"},
                              {"kind", "Secret"},
                              {"metadata", {{"name", name}, {"namespace", ns}}},
                              {"type", "kubernetes.io/tls"}};
  Json& metadata = wanted["metadata"];
  const Json annotations = secret_annotations(certificate);
  for (const auto& [key, value] : annotations.items()) metadata["annotations"][key] = value;
  metadata["labels"]["controller.cert-manager.io/fao"] = "true";
  for (const char* const map : {"annotations", "labels"}) {
    const Json* const extra = codec::find_at(certificate, {"spec", "secretTemplate", map});
    if (extra == nullptr || !extra->is_object()) continue;
    for (const auto& [key, value] : extra->items()) metadata[map][key] = value;
  }
  wanted["data"]["ca.crt"] = base64_encode(authority);
  wanted["data"]["tls.crt"] = base64_encode(pair.certificate_pem);
  wanted["data"]["tls.key"] = base64_encode(pair.key_pem.reveal());
  const api::WriteOptions options{.field_manager = std::string(kSecretManager)};
  if (secret) {
    context_.api.update(informers_.secrets.type(), ns, name, std::move(wanted), "", options);
  } else {
    context_.api.create(informers_.secrets.type(), ns, std::move(wanted), options);
  }
}

}  // namespace dba::sandbox::cluster
