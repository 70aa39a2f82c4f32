#include "cluster/issuers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::string_view kSystemNamespace = "cert-manager";
constexpr std::string_view kIssuersManager = "cert-manager-issuers";
constexpr std::string_view kPairProblem = "Error getting keypair for CA issuer: ";

/// Bytes of a secret's entry; absent when it has none or it is not base64.
std::optional<std::string> entry(const Json& secret, std::string_view name) {
  const Json* const data = codec::find_at(secret, {"data", name});
  if (data == nullptr || !data->is_string()) return std::nullopt;
  try {
    return base64_decode(data->get<std::string>());
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// What is wrong with the key pair of a CA issuer; empty when nothing is.
std::string pair_problem(const Json& secret, bool& not_authority) {
  const auto no_data = [&](std::string_view name) {
    return fmt::format("no data for \"{}\" in secret '{}/{}'", name, codec::namespace_of(secret),
                       codec::name_of(secret));
  };
  const std::optional<std::string> certificate = entry(secret, "tls.crt");
  if (!certificate) return no_data("tls.crt");
  tls::CertificateFacts facts;
  try {
    facts = tls::read_certificate(*certificate);
  } catch (const Error&) {
    return "error decoding certificate PEM block: no valid certificates found";
  }
  const std::optional<std::string> key = entry(secret, "tls.key");
  if (!key) return no_data("tls.key");
  try {
    static_cast<void>(tls::key_matches(*certificate, Secret(*key)));
  } catch (const Error&) {
    return "error decoding private key PEM block: no PEM data was found in given input";
  }
  not_authority = !facts.is_ca;
  return {};
}

}  // namespace

IssuerVerdict judge_issuer(const api::Api& api, const Json& issuer, const std::string& ns) {
  if (codec::find_at(issuer, {"spec", "selfSigned"}) != nullptr) return {true, "IsReady", ""};
  const std::string name = codec::string_at(issuer, {"spec", "ca", "secretName"});
  const api::Object secret = api.find(type_of("v1", "Secret"), ns, name);
  if (!secret) return {false, "ErrGetKeyPair", fmt::format("{}secrets \"{}\" not found", kPairProblem, name)};
  bool not_authority = false;
  if (const std::string problem = pair_problem(*secret, not_authority); !problem.empty()) {
    return {false, "ErrGetKeyPair", fmt::format("{}{}", kPairProblem, problem)};
  }
  if (not_authority) return {false, "ErrInvalidKeyPair", fmt::format("{}certificate is not a CA", kPairProblem)};
  return {true, "KeyPairVerified", "Signing CA verified"};
}

Issuers::Issuers(Context context, Informers& informers)
    : context_(context),
      informers_(informers),
      controller_(context.loop.add([this](const std::string& key) { reconcile(key); })) {
  const auto changed = [this](const api::Object&, const api::Object& now) {
    if (now) context_.loop.enqueue(controller_, key_of(*now));
  };
  informers_.issuers.on_change(changed);
  informers_.cluster_issuers.on_change(changed);
  informers_.secrets.on_change(
      [this](const api::Object& before, const api::Object& now) { secret_changed(now ? *now : *before); });
}

void Issuers::secret_changed(const Json& secret) {
  const std::string ns = codec::namespace_of(secret);
  const auto look = [&](const Informer& issuers) {
    for (const api::Object& issuer : issuers.all()) {
      const std::string own = codec::namespace_of(*issuer);
      if ((own.empty() ? kSystemNamespace : std::string_view(own)) != ns) continue;
      if (codec::string_at(*issuer, {"spec", "ca", "secretName"}) != codec::name_of(secret)) continue;
      context_.loop.enqueue(controller_, key_of(*issuer));
    }
  };
  look(informers_.issuers);
  if (ns == kSystemNamespace) look(informers_.cluster_issuers);
}

void Issuers::reconcile(const std::string& key) {
  const auto [ns, name] = split_key(key);
  const api::Resource& type = ns.empty() ? informers_.cluster_issuers.type() : informers_.issuers.type();
  const api::Object issuer = context_.api.find(type, ns, name);
  if (!issuer || codec::find_at(*issuer, {"metadata", "deletionTimestamp"}) != nullptr) return;
  if (codec::find_at(*issuer, {"spec", "ca"}) == nullptr && codec::find_at(*issuer, {"spec", "selfSigned"}) == nullptr)
    return;
  const IssuerVerdict verdict = judge_issuer(context_.api, *issuer, ns.empty() ? std::string(kSystemNamespace) : ns);
  Json judged = *issuer;
  set_condition(judged["status"], {"Ready", verdict.ready ? "True" : "False", verdict.reason, verdict.message},
                context_.world.clock.wall_now());
  for (Json& condition : judged["status"]["conditions"]) {
    if (codec::string_at(condition, {"type"}) != "Ready") continue;
    condition["observedGeneration"] = codec::int_at(*issuer, {"metadata", "generation"}).value_or(1);
  }
  if (judged["status"] != issuer->value("status", Json())) {
    write_status(context_.api, type, *issuer, judged, kIssuersManager);
    if (!verdict.message.empty()) {
      context_.events.record(
          *issuer,
          {verdict.ready ? "Normal" : "Warning", verdict.reason, verdict.message, std::string(kIssuersManager), {}});
    }
  }
  if (verdict.ready && changed_) changed_();
}

std::optional<Signer> Issuers::find_signer(const Json& certificate) const {
  const std::string kind = codec::string_at(certificate, {"spec", "issuerRef", "kind"}, "Issuer");
  const std::string name = codec::string_at(certificate, {"spec", "issuerRef", "name"});
  const bool global = kind == "ClusterIssuer";
  const std::string ns = global ? "" : codec::namespace_of(certificate);
  const api::Object issuer =
      context_.api.find(global ? informers_.cluster_issuers.type() : informers_.issuers.type(), ns, name);
  if (!issuer) return std::nullopt;
  const Json* const ready = codec::condition_of(*issuer, "Ready");
  if (ready == nullptr || codec::string_at(*ready, {"status"}) != "True") return std::nullopt;
  if (codec::find_at(*issuer, {"spec", "selfSigned"}) != nullptr) return Signer{};
  const api::Object secret = context_.api.find(type_of("v1", "Secret"), global ? std::string(kSystemNamespace) : ns,
                                               codec::string_at(*issuer, {"spec", "ca", "secretName"}));
  if (!secret) return std::nullopt;
  const auto crt = entry(*secret, "tls.crt");
  const auto key = entry(*secret, "tls.key");
  if (!crt || !key) return std::nullopt;
  return Signer{tls::KeyPair{.certificate_pem = *crt, .key_pem = Secret(*key)}};
}

}  // namespace dba::sandbox::cluster
