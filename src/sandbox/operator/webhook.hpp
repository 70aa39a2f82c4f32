#pragma once
// KubeDB's admission webhook for MSSQLServer and MSSQLServerOpsRequest: what it fills in and what it refuses, in its
// own words (mistakes included). Pure.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// Looks into the cluster for the webhook; absent when the object does not exist.
using Lookup = std::function<std::optional<Json>(std::string_view api_version, std::string_view kind,
                                                 std::string_view ns, std::string_view name)>;

/// One entry of a field error list.
struct Refusal {
  std::string field{}, value{}, message{};
  bool bare = false;  ///< Answered alone, as a plain 403, not within the list of a 422.
};

/// The mutating webhook for MSSQLServer, in its documented order.
void set_defaults(Json& database, const Lookup& lookup);
/// The validating webhook at create and update; empty = admitted.
std::vector<Refusal> validate(const Json& database, const Lookup& lookup);
/// The validating webhook at delete: the text of the refusal, absent = admitted.
std::optional<std::string> validate_deletion(const Json& database);
/// The validating webhook for ops requests at create and update.
std::vector<Refusal> validate_ops_request(const Json& request, const Json* old, const Lookup& lookup);

/// The message of the 403 (or 422) that the API server makes of it: 'admission webhook "…" denied the request: …'.
/// @param kind with its group: "MSSQLServer.kubedb.com"
std::string denial(std::string_view webhook, std::string_view kind, std::string_view name,
                   const std::vector<Refusal>& refusals);

/// A refusal as the client of the API server gets it.
struct Denial {
  int code = 422;
  std::string reason{};   ///< "Invalid", or "Forbidden" for a bare one.
  std::string message{};  ///< denial()
  std::string webhook{}, kind{}, group{}, name{};
  std::vector<Refusal> causes{};  ///< Of an Invalid one.
};
/// "Invalid value: \"sales\": spec.tls is missing", as the causes of a Status say it.
std::string cause_message(const Refusal& refusal);

/// The mutating webhook as the API server calls it for whatever is about to be stored: fills in the defaults of ours.
/// @param operation CREATE or UPDATE
void complete(std::string_view operation, std::string_view subresource, Json& object, const Lookup& lookup);
/// The validating webhooks, called after the API server's own validation. Other kinds are admitted.
/// @param operation CREATE, UPDATE or DELETE
/// @param old    null at creation
/// @param object null at deletion
/// @returns the refusal, absent = admitted.
std::optional<Denial> judge(std::string_view operation, std::string_view subresource, const Json* old,
                            const Json* object, const Lookup& lookup);

enum class ReviewPhase { mutating, validating };
/// The same for a webhook server: AdmissionReview (admission.k8s.io/v1) in, AdmissionReview out, with a JSONPatch of
/// the defaults in the mutating phase.
Json review(ReviewPhase phase, const Json& admission_review, const Lookup& lookup);

}  // namespace dba::sandbox::kubedb
