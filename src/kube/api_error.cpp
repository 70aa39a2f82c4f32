#include "dba/kube/api_error.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "api_error_kinds.hpp"
#include "api_hints.hpp"

namespace dba::kube {

namespace {

using Kind = ApiError::Kind;

bool is_write(const Operation& operation) {
  const std::string_view verb = operation.verb;
  return !operation.changes_nothing && (verb == "create" || verb == "patch" || verb == "delete");
}

/// A 404 that names no object is about the resource: its CRD or API group is not installed.
Kind kind_of_404(const StatusInfo& status) { return status.name.empty() ? Kind::api_missing : Kind::not_found; }

Kind kind_by_code(int code) {
  switch (code) {
    case 400:
    case 405:
    case 406:
    case 413:
    case 415:
      return Kind::bad_request;
    case 401:
      return Kind::unauthorized;
    case 403:
      return Kind::forbidden;
    case 409:
      return Kind::conflict;
    case 410:
      return Kind::expired;
    case 422:
      return Kind::invalid;
    case 429:
      return Kind::too_many_requests;
    default:
      return code >= 500 ? Kind::server_error : Kind::other;
  }
}

/// By reason; by code when the reason is unknown to us. @source client-go errors.ReasonAndCodeForError.
Kind kind_of(const StatusInfo& status) {
  static constexpr std::pair<std::string_view, Kind> kByReason[] = {
      {"Unauthorized", Kind::unauthorized},
      {"Forbidden", Kind::forbidden},
      {"AlreadyExists", Kind::already_exists},
      {"Gone", Kind::expired},
      {"Expired", Kind::expired},
      {"Invalid", Kind::invalid},
      {"BadRequest", Kind::bad_request},
      {"TooManyRequests", Kind::too_many_requests},
      {"InternalError", Kind::server_error},
      {"ServerTimeout", Kind::server_error},
      {"Timeout", Kind::server_error},
      {"ServiceUnavailable", Kind::server_error},
  };
  if (status.reason == "NotFound" || (status.reason.empty() && status.code == 404)) return kind_of_404(status);
  if (has_cause(status, "FieldManagerConflict")) return Kind::apply_conflict;
  // An apply with a field that the schema lacks is a plain 500 without a reason.
  // @source apimachinery pkg/util/managedfields/internal/structuredmerge.go
  if (status.message.starts_with("failed to create typed patch object")) return Kind::bad_request;
  const auto found = std::find_if(std::begin(kByReason), std::end(kByReason),
                                  [&](const auto& row) { return row.first == status.reason; });
  return found != std::end(kByReason) ? found->second : kind_by_code(status.code);
}

ExitCode exit_code_of(Kind kind) {
  switch (kind) {
    case Kind::unauthorized:
    case Kind::forbidden:
    case Kind::not_found:
    case Kind::api_missing:
      return ExitCode::denied;
    case Kind::already_exists:
    case Kind::conflict:
    case Kind::apply_conflict:
    case Kind::invalid:
    case Kind::bad_request:
      return ExitCode::refused;
    case Kind::expired:
    case Kind::too_many_requests:
    case Kind::server_error:
    case Kind::unreachable:
    case Kind::timeout:
    case Kind::broken:
    case Kind::foreign:
    case Kind::other:
      break;
  }
  // The table has no code for "the API server failed": message, reason and hint say in which way it did.
  return ExitCode::unexpected;
}

std::string_view why(Kind kind) {
  switch (kind) {
    case Kind::unauthorized:
      return "the server does not accept the credentials";
    case Kind::forbidden:
      return "not allowed";
    case Kind::not_found:
      return "not found";
    case Kind::api_missing:
      return "the server does not have this API";
    case Kind::already_exists:
      return "it exists already";
    case Kind::conflict:
      return "it changed in the meantime";
    case Kind::apply_conflict:
      return "other managers own some of the fields";
    case Kind::expired:
      return "the server no longer has the version asked for";
    case Kind::invalid:
      return "the server finds it invalid";
    case Kind::bad_request:
      return "the server refuses the request";
    case Kind::too_many_requests:
      return "the server is overloaded";
    case Kind::server_error:
      return "the server failed";
    case Kind::unreachable:
      return "the server cannot be reached";
    case Kind::timeout:
      return "no answer in time";
    case Kind::broken:
      return "the answer was cut off or unreadable";
    case Kind::foreign:
      return "the answer is not one of a Kubernetes API server";
    case Kind::other:
      break;
  }
  return "unexpected answer";
}

std::string clause(const Operation& operation, std::string_view verb) {
  std::string text = fmt::format("cannot {} {}", verb, operation.resource);
  if (!operation.name.empty()) text += fmt::format(" \"{}\"", operation.name);
  if (!operation.ns.empty()) text += fmt::format(" in namespace \"{}\"", operation.ns);
  return text;
}

std::string clause(const Operation& operation) { return clause(operation, operation.verb); }

/// One line a manager: `"kubectl-edit" using kubedb.com/v1alpha2: .spec.replicas, .spec.version`.
std::vector<std::string> conflict_lines(const StatusInfo& status) {
  constexpr std::string_view kPrefix = "conflict with ";
  std::vector<std::pair<std::string, std::string>> fields_by_manager;
  for (const StatusInfo::Cause& cause : status.causes) {
    std::string_view manager = cause.message;
    if (manager.starts_with(kPrefix)) manager.remove_prefix(kPrefix.size());
    const auto found = std::find_if(fields_by_manager.begin(), fields_by_manager.end(),
                                    [&](const auto& row) { return row.first == manager; });
    if (found == fields_by_manager.end()) {
      fields_by_manager.emplace_back(manager, cause.field);
    } else {
      found->second += ", " + cause.field;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [manager, fields] : fields_by_manager) lines.push_back(fmt::format("{}: {}", manager, fields));
  return lines;
}

/// Whether a write that got this answer may nevertheless have been carried out: the answer comes from something in
/// between, or says itself that the server gave up waiting.
bool leaves_outcome_open(const StatusInfo& status) {
  if (status.code < 500) return false;
  return status.made_up || status.code == 504 || status.reason == "Timeout" ||
         status.message.find("etcdserver: ") != std::string::npos;
}

ErrorInfo unknown_outcome(std::string message, std::string cause, const Operation& operation) {
  return {.code = ExitCode::acceptance_unknown,
          .message = std::move(message) + "; whether it was carried out is unknown",
          .cause = std::move(cause),
          .hint = object_hint(operation),
          .reason = "AcceptanceUnknown"};
}

Kind kind_of(TransportFailure::Kind kind) {
  switch (kind) {
    case TransportFailure::Kind::refused:
    case TransportFailure::Kind::resolve:
    case TransportFailure::Kind::connect:
    case TransportFailure::Kind::tls:
      return Kind::unreachable;
    case TransportFailure::Kind::timeout:
      return Kind::timeout;
    case TransportFailure::Kind::reset:
    case TransportFailure::Kind::truncated:
    case TransportFailure::Kind::malformed:
      return Kind::broken;
    case TransportFailure::Kind::foreign:
      return Kind::foreign;
    case TransportFailure::Kind::cancelled:
    case TransportFailure::Kind::other:
      break;
  }
  return Kind::other;
}

constexpr std::string_view kUntrusted = "the server's certificate is not trusted";
constexpr std::string_view kNoProxy = "the server cannot be reached through the proxy";

std::string_view why(Kind kind, const TransportFailure& failure) {
  if (is_untrusted(failure)) return kUntrusted;
  return failure.at_proxy ? kNoProxy : why(kind);
}

std::string reason_of(Kind kind, const TransportFailure& failure) {
  if (is_untrusted(failure)) return "Untrusted";
  if (kind == Kind::unreachable) return "Unreachable";
  if (kind == Kind::timeout) return "Timeout";
  if (kind == Kind::foreign) return "ForeignAnswer";
  return "BrokenConnection";
}

std::string reason_of(Kind kind, const StatusInfo& status) {
  if (kind == Kind::api_missing) return "ApiMissing";
  return status.reason.empty() && kind == Kind::other ? "UnexpectedAnswer" : status.reason;
}

}  // namespace

ApiError::ApiError(Kind kind, StatusInfo status, ErrorInfo info, bool outcome_unknown)
    : Error(std::move(info)), kind_(kind), status_(std::move(status)), outcome_unknown_(outcome_unknown) {}

ApiError make_api_error(const StatusInfo& status, const Operation& operation) {
  const Kind kind = kind_of(status);
  const bool unknown = is_write(operation) && leaves_outcome_open(status);
  // The request that meets a conflict is a PATCH; what the user does is an apply.
  const std::string_view verb =
      kind == Kind::apply_conflict ? std::string_view("apply") : std::string_view(operation.verb);
  std::string message = is_missing_namespace(kind, status, operation)
                            ? fmt::format("{}: the namespace does not exist", clause(operation))
                            : fmt::format("{}: {}", clause(operation, verb), why(kind));
  if (unknown) return {kind, status, unknown_outcome(std::move(message), kubectl_text(status), operation), true};
  ErrorInfo info{.code = exit_code_of(kind),
                 .message = std::move(message),
                 .cause = kubectl_text(status),
                 .hint = hint_for(kind, status, operation),
                 .reason = reason_of(kind, status)};
  if (kind == Kind::apply_conflict) info.details = conflict_lines(status);
  return {kind, status, std::move(info), false};
}

ApiError make_api_error(const TransportFailure& failure, const Operation& operation) {
  const Kind kind = kind_of(failure.kind);
  const bool unknown = is_write(operation) && failure.request_may_have_arrived;
  std::string message = fmt::format("{}: {}", clause(operation), why(kind, failure));
  if (unknown) return {kind, {}, unknown_outcome(std::move(message), failure.message, operation), true};
  ErrorInfo info{.code = exit_code_of(kind),
                 .message = std::move(message),
                 .cause = failure.message,
                 .hint = hint_for(kind, failure, operation),
                 .reason = reason_of(kind, failure)};
  return {kind, {}, std::move(info), false};
}

ApiError name_is_taken(const Operation& operation) {
  return make_api_error({.code = 409,
                         .reason = "AlreadyExists",
                         .message = fmt::format("{} \"{}\" already exists", operation.resource, operation.name),
                         .name = operation.name},
                        operation);
}

ApiError not_carried_out(const ApiError& failure, const Operation& operation) {
  const std::string_view participle = operation.verb == "create"   ? "created"
                                      : operation.verb == "delete" ? "deleted"
                                                                   : "changed";
  ErrorInfo info{.code = ExitCode::unexpected,
                 .message = fmt::format("{}: {}; it was not {}", clause(operation), why(failure.kind()), participle),
                 .cause = failure.info().cause,
                 .hint = "run the same command again",
                 .reason = "NotCarriedOut"};
  return {failure.kind(), failure.status(), std::move(info), false};
}

ApiError without_kubeconfig(const ApiError& failure, const std::vector<std::string>& looked_for,
                            const Operation& operation) {
  const std::string where = looked_for.empty() ? "HOME and KUBECONFIG are not set"
                                               : fmt::format("looked for {}", fmt::join(looked_for, ", "));
  ErrorInfo info = failure.info();
  info.message = fmt::format("{}: no kubeconfig was found ({}), and nothing answers where kubectl looks without one",
                             clause(operation), where);
  info.hint = "name a kubeconfig: --kubeconfig FILE, or export KUBECONFIG=FILE";
  info.reason = "NoKubeconfig";
  return {failure.kind(), failure.status(), std::move(info), failure.outcome_unknown()};
}

ApiError still_unknown(const ApiError& failure, const Operation& operation, std::string why_unknown) {
  ErrorInfo info =
      unknown_outcome(fmt::format("{}: {}", clause(operation), why(failure.kind())), failure.info().cause, operation);
  info.details.push_back(std::move(why_unknown));
  return {failure.kind(), failure.status(), std::move(info), true};
}

}  // namespace dba::kube
