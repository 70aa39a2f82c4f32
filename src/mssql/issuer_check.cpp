// `issuer check`: everything between an issuer's name and a certificate it can sign.

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/text.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/issuer_service.hpp"
#include "dba/platform/terminal.hpp"

#include "find_database.hpp"
#include "json_values.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using kube::ApiError;

constexpr int kWarnDays = 30;

/// Whether the answer says something about the Certificate or about cert-manager's webhook, and not about the way
/// there.
/// @source kube-apiserver: a webhook that cannot be called is a 500 of that text.
bool judges_the_certificate(const ApiError& error) {
  switch (error.kind()) {
    case ApiError::Kind::too_many_requests:
    case ApiError::Kind::unreachable:
    case ApiError::Kind::timeout:
    case ApiError::Kind::broken:
    case ApiError::Kind::foreign:
    case ApiError::Kind::unauthorized:
      return false;
    case ApiError::Kind::server_error:
      return error.status().message.find("failed calling webhook") != std::string::npos;
    case ApiError::Kind::forbidden:
    case ApiError::Kind::not_found:
    case ApiError::Kind::api_missing:
    case ApiError::Kind::already_exists:
    case ApiError::Kind::conflict:
    case ApiError::Kind::apply_conflict:
    case ApiError::Kind::expired:
    case ApiError::Kind::invalid:
    case ApiError::Kind::bad_request:
    case ApiError::Kind::other:
      return true;
  }
  return true;
}

class Checker {
 public:
  Checker(kube::Client& client, const IssuerRef& ref, std::string_view ns, std::string_view cluster_resource_namespace)
      : client_(client), ns_(ns) {
    report_.ref = ref;
    report_.ns = ref.cluster_wide() ? "" : ns_;
    report_.secret_ns = ref.cluster_wide() ? cluster_resource_namespace : ns;
  }

  IssuerReport run() {
    const kube::ResourceType& type = report_.ref.cluster_wide() ? resources::clusterissuers : resources::issuers;
    const std::optional<Json> issuer = client_.find(type, ns_, report_.ref.name);
    if (!issuer) {
      throw no_such_object(client_, type, to_lower(report_.ref.kind), ns_, report_.ref.name,
                           [this](bool) { return create_command(); });
    }
    add("api", CheckStatus::ok, "cert-manager.io/v1 is served");
    add("issuer", CheckStatus::ok, fmt::format("{} {} exists", report_.ref.kind, report_.ref.name));
    check_ready(*issuer);
    check_ca(*issuer);
    check_webhook();
    report_.healthy = std::none_of(report_.checks.begin(), report_.checks.end(), [](const Check& check) {
      return check.status == CheckStatus::fail || check.status == CheckStatus::unknown;
    });
    return std::move(report_);
  }

 private:
  /// The flags that name this issuer again in a command.
  std::string flags() const {
    return report_.ref.cluster_wide() ? " --kind=cluster-issuer" : fmt::format(" -n {}", shell_quote(ns_));
  }

  void add(std::string_view name, CheckStatus status, std::string text, std::string remedy = {}) {
    report_.checks.push_back(
        {.name = std::string(name), .status = status, .text = std::move(text), .remedy = std::move(remedy)});
  }

  void check_ready(const Json& issuer) {
    const IssuerReadiness readiness = issuer_readiness(issuer);
    if (readiness.ready) return add("ready", CheckStatus::ok, "condition Ready is True");
    if (readiness.reason.empty()) {
      return add("ready", CheckStatus::fail, "cert-manager has not looked at it",
                 "kubectl get pods -A -l app.kubernetes.io/name=cert-manager");
    }
    add("ready", CheckStatus::fail,
        fmt::format("condition Ready is {}: {}: {}", readiness.status, readiness.reason, readiness.message),
        fmt::format("kubectl describe {}.cert-manager.io {}{}", to_lower(report_.ref.kind),
                    shell_quote(report_.ref.name),
                    report_.ref.cluster_wide() ? "" : fmt::format(" -n {}", shell_quote(ns_))));
  }

  void check_ca(const Json& issuer) {
    report_.secret = ca_secret_of(issuer);
    if (report_.secret.empty()) {
      add("secret", CheckStatus::warn,
          "the issuer signs with something else than a CA secret; its CA was not examined");
      return;
    }
    std::optional<Json> secret;
    try {
      secret = client_.find(resources::secrets, report_.secret_ns, report_.secret);
    } catch (const ApiError& error) {
      if (is_interrupt(error)) throw;
      add("secret", CheckStatus::unknown, fmt::format("the secret could not be read: {}", why(error)),
          fmt::format("kubectl auth can-i get secrets -n {}", shell_quote(report_.secret_ns)));
      return;
    }
    const std::string place = fmt::format("{}/{}", report_.secret_ns, report_.secret);
    if (!secret) {
      return add("secret", CheckStatus::fail, fmt::format("secret {} does not exist", place), create_command());
    }
    add("secret", CheckStatus::ok, fmt::format("secret {} exists", place));
    judge_secret(*secret);
  }

  std::string create_command() const {
    return fmt::format("kubectl dba mssql issuer create {}{}", shell_quote(report_.ref.name), flags());
  }

  /// A CA that we made is made anew; another one has to come from where it came from.
  std::string renew(const tls::CertificateFacts& old) const {
    const std::string ours = tls::format_subject(tls::parse_subject(kDefaultCaSubject));
    const bool ours_to_make = old.subject.empty() || (old.self_signed && old.subject == ours);
    return create_command() + (ours_to_make ? "" : " --ca-cert=ca.crt --ca-key=ca.key") + " --overwrite";
  }

  void judge_secret(const Json& secret) {
    const WallTime now = client_.clock().wall_now();
    const CaSecretFacts facts = read_ca_secret(secret, now);
    for (const std::string& problem : facts.problems) add("ca", CheckStatus::fail, problem, renew(facts.certificate));
    if (facts.usable)
      add("ca", CheckStatus::ok,
          fmt::format("{}, {}, key matches", facts.certificate.subject, facts.certificate.key_description));
    if (facts.certificate.subject.empty()) return;
    report_.certificate = facts.certificate;
    const int days = static_cast<int>(std::chrono::floor<std::chrono::days>(facts.certificate.not_after - now).count());
    report_.days_left = days;
    if (days < 0) return;  // Expired: already among the problems.
    const std::string until = fmt::format("{} days left, until {}", days, format_rfc3339(facts.certificate.not_after));
    if (days < kWarnDays) return add("validity", CheckStatus::warn, until, renew(facts.certificate));
    add("validity", CheckStatus::ok, until);
  }

  /// Sends a Certificate through every admission webhook without storing it.
  void check_webhook() {
    Json certificate = Json::object();
    certificate["apiVersion"] = "cert-manager.io/v1";
    certificate["kind"] = "Certificate";
    const std::string name = "kubectl-dba-check-" + name_suffix(platform::random_bits());
    certificate["metadata"] = Json::object({{"name", name}, {"namespace", ns_}});
    Json& spec = certificate["spec"] = Json::object();
    spec["secretName"] = name;
    spec["commonName"] = name;
    spec["issuerRef"] =
        Json::object({{"group", kCertManagerGroup}, {"kind", report_.ref.kind}, {"name", report_.ref.name}});
    try {
      client_.create(certificate, {.dry_run = kube::DryRun::server});
      add("webhook", CheckStatus::ok, "a Certificate is accepted (server dry run)");
    } catch (const ApiError& error) {
      if (is_interrupt(error)) throw;
      if (error.kind() == ApiError::Kind::forbidden) {
        add("webhook", CheckStatus::unknown, fmt::format("not allowed to try: {}", why(error)),
            fmt::format("kubectl auth can-i create certificates.cert-manager.io -n {}", shell_quote(ns_)));
      } else if (judges_the_certificate(error)) {
        add("webhook", CheckStatus::fail, fmt::format("a Certificate is refused: {}", why(error)),
            "kubectl get pods -A -l app.kubernetes.io/component=webhook");
      } else {
        add("webhook", CheckStatus::unknown,
            fmt::format("no answer whether a Certificate is accepted: {}", why(error)));
      }
    }
  }

  kube::Client& client_;
  std::string ns_;
  IssuerReport report_{};
};

Json to_json(const tls::CertificateFacts& facts) {
  Json json = Json::object();
  json["subject"] = facts.subject;
  json["issuer"] = facts.issuer;
  json["serial"] = facts.serial;
  json["key"] = facts.key_description;
  json["isCa"] = facts.is_ca;
  json["selfSigned"] = facts.self_signed;
  json["notBefore"] = format_rfc3339(facts.not_before);
  json["notAfter"] = format_rfc3339(facts.not_after);
  json["sha256Fingerprint"] = facts.sha256_fingerprint;
  return json;
}

}  // namespace

IssuerReport check_issuer(kube::Client& client, const IssuerRef& ref, std::string_view ns,
                          std::string_view cluster_resource_namespace) {
  return Checker(client, ref, ns, cluster_resource_namespace).run();
}

Json to_json(const IssuerReport& report) {
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "IssuerReport";
  Json& issuer = json["issuer"] = Json::object();
  issuer["kind"] = report.ref.kind;
  issuer["namespace"] = text_or_null(report.ns);
  issuer["name"] = report.ref.name;
  json["secret"] = Json(nullptr);
  if (!report.secret.empty()) json["secret"] = Json::object({{"namespace", report.secret_ns}, {"name", report.secret}});
  json["healthy"] = report.healthy;
  json["daysLeft"] = report.days_left ? Json(*report.days_left) : Json(nullptr);
  json["certificate"] = report.certificate ? to_json(*report.certificate) : Json(nullptr);
  json["checks"] = to_json(report.checks);
  json["errors"] = Json::array();
  for (const Check& check : report.checks)
    if (check.status == CheckStatus::unknown) json["errors"].push_back(check.text);
  return json;
}

}  // namespace dba::mssql
