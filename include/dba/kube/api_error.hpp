#pragma once
// A refusal by the API server, or silence from it, with everything callers branch on.

#include <string>
#include <string_view>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"
#include "dba/kube/transport.hpp"

namespace dba::kube {

/// metav1.Status, real or made up from a body that is not one.
struct StatusInfo {
  int code = 0;
  std::string reason{}, message{};
  std::string name{}, group{},
      resource{};  ///< details.name, details.group, details.kind (plural, or Kind when Invalid).
  int retry_after_seconds = 0;
  bool made_up = false;  ///< The body was no Status: something between us and the API server may have answered.
  struct Cause {
    std::string reason{}, message{}, field{};
  };
  std::vector<Cause> causes{};
};

/// What was asked of the server, as messages and hints name it.
struct Operation {
  std::string verb{};            ///< "get", "list", "watch", "create", "patch", "delete"
  std::string resource{};        ///< "mssqlservers.kubedb.com", or a raw path such as "/version".
  std::string ns{};              ///< Empty for all namespaces and cluster-scoped resources.
  std::string name{};            ///< Empty for a collection.
  bool changes_nothing = false;  ///< A write that stores nothing (dry run, access review): no outcome to doubt.
};

/// Thrown for every unsuccessful exchange with the API server; info() has kubectl's text as cause and our exit code:
/// 401, 403, 404 → denied; 400, 409, 422 → refused; a write whose outcome is unknown → acceptance_unknown; the rest →
/// unexpected.
class ApiError : public Error {
 public:
  enum class Kind {
    unauthorized,
    forbidden,
    not_found,    ///< The object.
    api_missing,  ///< The whole resource: CRD or API group not installed.
    already_exists,
    conflict,
    apply_conflict,
    expired,  ///< 410
    invalid,
    bad_request,
    too_many_requests,
    server_error,
    unreachable,  ///< Refused, DNS, TLS, no route: nothing was sent.
    timeout,
    broken,   ///< Torn or unreadable response.
    foreign,  ///< A whole response that no Kubernetes API gives: a login page, a proxy's JSON.
    other,
  };
  ApiError(Kind kind, StatusInfo status, ErrorInfo info, bool outcome_unknown);
  Kind kind() const { return kind_; }
  const StatusInfo& status() const { return status_; }
  /// The request may have been carried out although no answer says so.
  bool outcome_unknown() const { return outcome_unknown_; }

 private:
  Kind kind_;
  StatusInfo status_;
  bool outcome_unknown_;
};

/// Reads a response that is not 2xx: a Status object, or kubectl's made-up message for HTML, text and nothing.
/// @source client-go rest.Request.newUnstructuredResponseError, apimachinery errors.NewGenericServerResponse.
StatusInfo read_status(int http_code, std::string_view content_type, std::string_view body, const Operation& operation);
/// kubectl's one- or many-line text for a Status ("Error from server (NotFound): …", `The X "y" is invalid: …`).
/// The advice kubectl prints below apply conflicts is not part of it.
std::string kubectl_text(const StatusInfo& status);
/// What an operation that the server refused, or that never got an answer, comes to: kind, exit code, message, hint.
ApiError make_api_error(const StatusInfo& status, const Operation& operation);
ApiError make_api_error(const TransportFailure& failure, const Operation& operation);

}  // namespace dba::kube
