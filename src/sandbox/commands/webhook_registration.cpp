#include "commands/webhook_registration.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

namespace dba::sandbox::commands {

namespace {

using kubedb::ReviewPhase;

constexpr const char* kAdmissionGroup = "admissionregistration.k8s.io";
const kube::ResourceType kMutating{kAdmissionGroup, "v1", "mutatingwebhookconfigurations",
                                   "MutatingWebhookConfiguration", false};
const kube::ResourceType kValidating{kAdmissionGroup, "v1", "validatingwebhookconfigurations",
                                     "ValidatingWebhookConfiguration", false};
constexpr std::array kBoth{&kMutating, &kValidating};

/// The API server learns of a webhook by a watch of its own.
constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::milliseconds kBetweenProbes{50};

std::string configuration_name(const std::string& ns) {
  return ns.empty() ? "kubectl-dba-sandbox" : fmt::format("kubectl-dba-sandbox-{}", ns);
}

Json rule(const char* group, const char* version, Json resources, Json operations) {
  return Json::object({{"apiGroups", Json::array({group})},
                       {"apiVersions", Json::array({version})},
                       {"operations", std::move(operations)},
                       {"resources", std::move(resources)},
                       {"scope", "Namespaced"}});
}

Json webhook(const char* name, Json rules, const WebhookServer& server, ReviewPhase phase, const std::string& ns) {
  Json entry = Json::object({{"name", name}, {"admissionReviewVersions", Json::array({"v1"})}});
  entry["clientConfig"] = Json::object({{"url", server.url(phase)}, {"caBundle", base64_encode(server.ca_pem())}});
  entry["failurePolicy"] = "Fail";
  if (!ns.empty()) entry["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] = ns;
  entry["rules"] = Json::array({std::move(rules)});
  entry["sideEffects"] = "None";
  entry["timeoutSeconds"] = 10;
  return entry;
}

Json configuration(const kube::ResourceType& type, const std::string& ns, Json webhooks) {
  Json object = Json::object({{"apiVersion", type.api_version()}, {"kind", type.kind}});
  object["metadata"]["name"] = configuration_name(ns);
  object["webhooks"] = std::move(webhooks);
  return object;
}

/// @source kubedb.md 2: names of the webhooks, and what they are called for
Json mutating(const WebhookServer& server, const std::string& ns) {
  return configuration(kMutating, ns,
                       Json::array({webhook("mssqlserverwebhook.mutators.kubedb.com",
                                            rule("kubedb.com", "v1alpha2", Json::array({"mssqlservers"}),
                                                 Json::array({"CREATE", "UPDATE"})),
                                            server, ReviewPhase::mutating, ns)}));
}

Json validating(const WebhookServer& server, const std::string& ns) {
  const Json operations = Json::array({"CREATE", "UPDATE", "DELETE"});
  return configuration(
      kValidating, ns,
      Json::array({webhook("mssqlserverwebhook.validators.kubedb.com",
                           rule("kubedb.com", "v1alpha2", Json::array({"mssqlservers"}), operations), server,
                           ReviewPhase::validating, ns),
                   webhook("mssqlserveropsrequestwebhook.validators.ops.kubedb.com",
                           rule("ops.kubedb.com", "v1alpha1",
                                Json::array({"mssqlserveropsrequests", "mssqlserveropsrequests/status"}), operations),
                           server, ReviewPhase::validating, ns)}));
}

/// Passes the schema; its version does not exist, so the webhook refuses it.
Json probe(const std::string& ns) {
  Json object = Json::object({{"apiVersion", "kubedb.com/v1alpha2"}, {"kind", "MSSQLServer"}});
  object["metadata"] = Json::object({{"name", "sandbox-probe"}, {"namespace", ns.empty() ? "default" : ns}});
  object["spec"] = Json::object({{"version", "none"}, {"tls", Json::object({{"clientTLS", false}})}});
  return object;
}

}  // namespace

bool WebhookRegistration::is_allowed(kube::Client& client) {
  constexpr std::array kVerbs{"create", "delete"};
  return std::all_of(kBoth.begin(), kBoth.end(), [&](const kube::ResourceType* type) {
    return std::all_of(kVerbs.begin(), kVerbs.end(), [&](const char* verb) {
      return client.may({.verb = verb, .group = kAdmissionGroup, .resource = std::string(type->plural)});
    });
  });
}

WebhookRegistration::WebhookRegistration(kube::Client& client, const WebhookServer& server, std::string ns,
                                         platform::Clock& clock, const std::stop_token& stop)
    : client_(client), ns_(std::move(ns)) {
  take_away();
  try {
    put(mutating(server, ns_));
    put(validating(server, ns_));
    wait_until_called(server, clock, stop);
  } catch (const Error&) {
    take_away();
    throw;
  }
}

WebhookRegistration::~WebhookRegistration() { take_away(); }

void WebhookRegistration::put(const Json& object) {
  const kube::ResourceType& type = codec::string_at(object, {"kind"}) == kMutating.kind ? kMutating : kValidating;
  client_.raw_send("POST", type.path(""), &object);
}

void WebhookRegistration::take_away() noexcept {
  for (const kube::ResourceType* type : kBoth) {
    try {
      client_.remove(*type, "", configuration_name(ns_));
    } catch (const Error&) {
      // Not there, or the server is not: nothing can be done about it from here.
    }
  }
}

void WebhookRegistration::wait_until_called(const WebhookServer& server, platform::Clock& clock,
                                            const std::stop_token& stop) {
  const platform::SteadyTime end = clock.steady_now() + kLongestWait;
  std::string last;
  while (server.reviews(ReviewPhase::mutating) == 0 || server.reviews(ReviewPhase::validating) == 0) {
    try {
      client_.create(probe(ns_), {.dry_run = kube::DryRun::server, .strict = false, .look_up = false});
    } catch (const kube::ApiError& error) {
      last = error.status().message;
    }
    if (clock.sleep_until(clock.steady_now() + kBetweenProbes, stop)) {
      throw Error(ExitCode::interrupted, "ended while the API server was learning of the webhook");
    }
    if (clock.steady_now() > end) {
      throw Error(ExitCode::refused,
                  fmt::format("the API server does not call the webhook at {}", server.url(ReviewPhase::validating)),
                  last);
    }
  }
}

}  // namespace dba::sandbox::commands
