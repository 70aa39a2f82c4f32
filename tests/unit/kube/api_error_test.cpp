#include "dba/kube/api_error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "api_error_kinds.hpp"
#include "support/fake_transport.hpp"

namespace dba::kube {

namespace {

using Kind = ApiError::Kind;

const Operation kGet{.verb = "get", .resource = "mssqlservers.kubedb.com", .ns = "demo", .name = "sales"};
const Operation kList{.verb = "list", .resource = "mssqlservers.kubedb.com", .ns = "demo"};
const Operation kCreate{.verb = "create", .resource = "mssqlservers.kubedb.com", .ns = "demo", .name = "sales"};
const Operation kPatch{.verb = "patch", .resource = "mssqlservers.kubedb.com", .ns = "demo", .name = "sales"};

StatusInfo read_json(const Json& status, const Operation& operation = kGet) {
  return read_status(500, "application/json", codec::compact_json(status), operation);
}

}  // namespace

TEST_CASE("a Status is read with everything in it, its own code before HTTP's") {
  const Json body =
      Json::parse(R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"m","reason":"Invalid",
    "details":{"name":"inv","group":"kubedb.com","kind":"MSSQLServer","retryAfterSeconds":3,
    "causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.version"}]},"code":422})");
  const StatusInfo status = read_json(body);
  CHECK(status.code == 422);
  CHECK(status.reason == "Invalid");
  CHECK(status.message == "m");
  CHECK(status.name == "inv");
  CHECK(status.group == "kubedb.com");
  CHECK(status.resource == "MSSQLServer");
  CHECK(status.retry_after_seconds == 3);
  CHECK_FALSE(status.made_up);
  REQUIRE(status.causes.size() == 1);
  CHECK(status.causes[0].field == "spec.version");
}

TEST_CASE("a body that is no Status gets kubectl's message") {
  struct Row {
    int code;
    const char *content_type, *body;
    const Operation& operation;
    const char *reason, *message;
  };
  const Row rows[] = {
      {400, "text/plain", "x", kGet, "BadRequest",
       "the server rejected our request for an unknown reason (get mssqlservers.kubedb.com sales)"},
      {401, "", "", kList, "Unauthorized",
       "the server has asked for the client to provide credentials (get mssqlservers.kubedb.com)"},
      {403, "text/html", " <b>no</b>\n", kGet, "Forbidden", "<b>no</b> (get mssqlservers.kubedb.com sales)"},
      {403, "application/json", "{}", kGet, "Forbidden", "unknown (get mssqlservers.kubedb.com sales)"},
      {404, "text/plain", "404 page not found", kList, "NotFound",
       "the server could not find the requested resource (get mssqlservers.kubedb.com)"},
      {405, "", "", kPatch, "MethodNotAllowed",
       "the server does not allow this method on the requested resource (patch mssqlservers.kubedb.com sales)"},
      {406, "", "", kGet, "NotAcceptable",
       "the server was unable to respond with a content type that the client supports (get mssqlservers.kubedb.com "
       "sales)"},
      {409, "", "", kCreate, "AlreadyExists", "the server reported a conflict (post mssqlservers.kubedb.com sales)"},
      {409, "", "", kPatch, "Conflict", "the server reported a conflict (patch mssqlservers.kubedb.com sales)"},
      {415, "text/plain", "no yaml", kPatch, "UnsupportedMediaType", "no yaml (patch mssqlservers.kubedb.com sales)"},
      {422, "", "", kCreate, "Invalid",
       "the server rejected our request due to an error in our request (post mssqlservers.kubedb.com sales)"},
      {429, "text/plain", "Too many requests, please try again later.", kList, "TooManyRequests",
       "the server has received too many requests and has asked us to try again later (get mssqlservers.kubedb.com)"},
      {503, "text/html", "<html>", kList, "ServiceUnavailable",
       "the server is currently unable to handle the request (get mssqlservers.kubedb.com)"},
      {504, "", "", kCreate, "Timeout",
       "the server was unable to return a response in the time allotted, but may still be processing the request (post "
       "mssqlservers.kubedb.com sales)"},
      {502, "text/html; charset=utf-8", "<html>\"bad\" gate\tway\x01</html>", kGet, "InternalError",
       "an error on the server (\"<html>\\\"bad\\\" gate\\tway\\x01</html>\") has prevented the request from "
       "succeeding (get mssqlservers.kubedb.com sales)"},
      {418, "", "", kGet, "",
       "the server responded with the status code 418 but did not return more information (get "
       "mssqlservers.kubedb.com sales)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    const StatusInfo status = read_status(row.code, row.content_type, row.body, row.operation);
    CHECK(status.reason == row.reason);
    CHECK(status.message == row.message);
    CHECK(status.made_up);
  }
  const StatusInfo cut = read_status(403, "text/plain", std::string(5000, 'x'), kGet);
  CHECK(cut.message == std::string(2048, 'x') + " (get mssqlservers.kubedb.com sales)");
}

TEST_CASE("kubectl's texts") {
  const auto status = [](std::string reason, std::string message) {
    return StatusInfo{.code = 400, .reason = std::move(reason), .message = std::move(message)};
  };
  CHECK(kubectl_text(status("NotFound", "mssqlservers.kubedb.com \"missing\" not found")) ==
        "Error from server (NotFound): mssqlservers.kubedb.com \"missing\" not found");
  CHECK(kubectl_text(status("", "boom")) == "Error from server: boom");
  CHECK(kubectl_text(status("Unauthorized", "Unauthorized")) ==
        "error: You must be logged in to the server (Unauthorized)");

  StatusInfo invalid = status("Invalid", "long message");
  CHECK(kubectl_text(invalid) == "The request is invalid: long message");
  invalid.name = "inv";
  invalid.resource = "MSSQLServer";
  CHECK(kubectl_text(invalid) == "The MSSQLServer \"inv\" is invalid");
  invalid.causes = {{"", "Required value", "spec.version"}};
  CHECK(kubectl_text(invalid) == "The MSSQLServer \"inv\" is invalid: spec.version: Required value");
  invalid.causes = {{"", "Required value", "spec.version"}, {"", "bad", "spec.a"}, {"", "bad", "spec.a"}};
  CHECK(kubectl_text(invalid) == "The MSSQLServer \"inv\" is invalid: \n* spec.version: Required value\n* spec.a: bad");
}

TEST_CASE("every failure has its kind, its exit code, a message that names what was tried, and a hint") {
  struct Row {
    const char* name;
    StatusInfo status;
    const Operation& operation;
    Kind kind;
    ExitCode code;
    const char *message, *hint;
  };
  const Row rows[] = {
      {"unauthorized",
       {.code = 401, .reason = "Unauthorized", .message = "Unauthorized"},
       kList,
       Kind::unauthorized,
       ExitCode::denied,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server does not accept the credentials",
       "check the user of the kubeconfig context: kubectl config view --minify"},
      {"forbidden",
       {.code = 403, .reason = "Forbidden", .message = "no"},
       kList,
       Kind::forbidden,
       ExitCode::denied,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": not allowed",
       "kubectl auth can-i list mssqlservers.kubedb.com -n demo"},
      {"missing object",
       {.code = 404, .reason = "NotFound", .message = "no", .name = "sales"},
       kGet,
       Kind::not_found,
       ExitCode::denied,
       "cannot get mssqlservers.kubedb.com \"sales\" in namespace \"demo\": not found",
       "kubectl get mssqlservers.kubedb.com -n demo"},
      {"missing namespace",
       {.code = 404, .reason = "NotFound", .message = "no", .name = "demo", .resource = "namespaces"},
       kCreate,
       Kind::not_found,
       ExitCode::denied,
       "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the namespace does not exist",
       "kubectl create namespace demo"},
      {"missing API",
       {.code = 404, .reason = "NotFound", .message = "no"},
       kList,
       Kind::api_missing,
       ExitCode::denied,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server does not have this API",
       "install KubeDB with SQL Server switched on: helm upgrade --install kubedb "
       "oci://ghcr.io/appscode-charts/kubedb -n kubedb --create-namespace --set "
       "global.featureGates.MSSQLServer=true --set-file global.license=LICENSE_FILE"},
      {"already there",
       {.code = 409, .reason = "AlreadyExists", .message = "no"},
       kCreate,
       Kind::already_exists,
       ExitCode::refused,
       "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": it exists already",
       "kubectl get mssqlservers.kubedb.com sales -n demo"},
      {"changed meanwhile",
       {.code = 409, .reason = "Conflict", .message = "no"},
       kPatch,
       Kind::conflict,
       ExitCode::refused,
       "cannot patch mssqlservers.kubedb.com \"sales\" in namespace \"demo\": it changed in the meantime",
       "run the same command again: it starts from the newest state"},
      {"expired",
       {.code = 410, .reason = "Expired", .message = "no"},
       kList,
       Kind::expired,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server no longer has the version asked for",
       "run the same command again: it starts from a new list"},
      {"invalid",
       {.code = 422, .reason = "Invalid", .message = "no"},
       kCreate,
       Kind::invalid,
       ExitCode::refused,
       "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the server finds it invalid",
       "mend what the cause names and run the same command again"},
      {"bad request",
       {.code = 400, .reason = "BadRequest", .message = "no"},
       kCreate,
       Kind::bad_request,
       ExitCode::refused,
       "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the server refuses the request",
       "mend what the cause names and run the same command again"},
      {"bad request, says something in between",
       {.code = 400, .reason = "BadRequest", .message = "no", .made_up = true},
       kCreate,
       Kind::bad_request,
       ExitCode::refused,
       "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the server refuses the request",
       "run the same command again; with -v=8 it shows what was answered"},
      {"overloaded",
       {.code = 429, .reason = "TooManyRequests", .message = "no", .retry_after_seconds = 4},
       kList,
       Kind::too_many_requests,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server is overloaded",
       "run it again in 4 s"},
      {"overloaded, for how long is unknown",
       {.code = 429, .reason = "TooManyRequests", .message = "no"},
       kList,
       Kind::too_many_requests,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server is overloaded",
       "run it again in a minute; kubectl get --raw /readyz shows whether the server answers"},
      {"server error",
       {.code = 500, .reason = "InternalError", .message = "no"},
       kList,
       Kind::server_error,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": the server failed",
       "run the same command again; with -v=8 it shows what was answered"},
      {"reason unknown to us, by code",
       {.code = 403, .reason = "Whatever", .message = "no"},
       kList,
       Kind::forbidden,
       ExitCode::denied,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": not allowed",
       "kubectl auth can-i list mssqlservers.kubedb.com -n demo"},
      {"redirect",
       {.code = 302, .message = "no"},
       kList,
       Kind::other,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": unexpected answer",
       "the server of the kubeconfig cluster may lead to a login page or a proxy: kubectl config view --minify"},
      {"teapot",
       {.code = 418, .message = "no"},
       kList,
       Kind::other,
       ExitCode::unexpected,
       "cannot list mssqlservers.kubedb.com in namespace \"demo\": unexpected answer",
       "run the same command again; with -v=8 it shows what was answered"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      const ApiError error = make_api_error(row.status, row.operation);
      CHECK(error.kind() == row.kind);
      CHECK(error.code() == row.code);
      CHECK(error.info().message == row.message);
      CHECK(error.info().hint == row.hint);
      CHECK(error.info().cause == kubectl_text(row.status));
      CHECK_FALSE(error.outcome_unknown());
    }
  }
}

TEST_CASE("a server whose certificate is not trusted is there: what is said is about the certificate") {
  const Operation list{.verb = "list", .resource = "pods", .ns = "demo"};
  const std::string cause =
      "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown "
      "authority";
  const ErrorInfo untrusted =
      make_api_error(TransportFailure{.kind = TransportFailure::Kind::tls, .message = cause}, list).info();
  CHECK(untrusted.code == ExitCode::unexpected);
  CHECK(untrusted.message == "cannot list pods in namespace \"demo\": the server's certificate is not trusted");
  CHECK(untrusted.cause == cause);
  CHECK(untrusted.hint ==
        "check certificate-authority and tls-server-name of the kubeconfig cluster: kubectl config view --minify");
  CHECK(untrusted.reason == "Untrusted");

  const ErrorInfo other =
      make_api_error(TransportFailure{.kind = TransportFailure::Kind::tls, .message = "tls: handshake failure"}, list)
          .info();
  CHECK(other.message.find("not trusted") == std::string::npos);
  CHECK(other.reason == "Unreachable");
}

TEST_CASE("every failure on the way has its message, its reason and a hint") {
  using Failure = TransportFailure::Kind;
  struct Row {
    TransportFailure failure;
    const char *why, *reason, *hint;
  };
  constexpr auto kAgain = "run the same command again; with -v=8 it shows what was answered";
  const Row rows[] = {
      {{.kind = Failure::refused},
       "the server cannot be reached",
       "Unreachable",
       "check the server of the kubeconfig context: kubectl config view --minify"},
      {{.kind = Failure::connect, .at_proxy = true},
       "the server cannot be reached through the proxy",
       "Unreachable",
       "check proxy-url of the kubeconfig cluster (kubectl config view --minify), else HTTPS_PROXY and NO_PROXY"},
      {{.kind = Failure::timeout},
       "no answer in time",
       "Timeout",
       "kubectl get --raw /readyz shows whether the server answers; a longer --request-timeout waits longer"},
      {{.kind = Failure::reset}, "the answer was cut off or unreadable", "BrokenConnection", kAgain},
      {{.kind = Failure::truncated}, "the answer was cut off or unreadable", "BrokenConnection", kAgain},
      {{.kind = Failure::malformed}, "the answer was cut off or unreadable", "BrokenConnection", kAgain},
      {{.kind = Failure::foreign},
       "the answer is not one of a Kubernetes API server",
       "ForeignAnswer",
       "the server of the kubeconfig cluster may lead to a login page or a proxy: kubectl config view --minify"},
      {{.kind = Failure::tls, .message = "tls: failed to verify certificate: x509: certificate is valid for a, not b"},
       "the server's certificate is not trusted",
       "Untrusted",
       "set tls-server-name of the kubeconfig cluster (or --tls-server-name) to a name that the certificate is valid "
       "for"},
  };
  for (const Row& row : rows) {
    const ErrorInfo info = make_api_error(row.failure, kList).info();
    CHECK(info.message == std::string("cannot list mssqlservers.kubedb.com in namespace \"demo\": ") + row.why);
    CHECK(info.reason == row.reason);
    CHECK(info.hint == row.hint);
    CHECK(info.code == ExitCode::unexpected);
  }
}

TEST_CASE("the hint for a missing API names what brings it") {
  const StatusInfo missing{.code = 404, .reason = "NotFound", .message = "no"};
  const auto hint = [&](const char* resource) {
    return make_api_error(missing, {.verb = "list", .resource = resource}).info().hint;
  };
  CHECK(hint("petsets.apps.k8s.appscode.com").starts_with("install KubeDB"));
  CHECK(hint("mssqlserveropsrequests.ops.kubedb.com").starts_with("install KubeDB"));
  CHECK(hint("notkubedb.com.example") == "kubectl api-resources --api-group=com.example");
  CHECK(hint("x.notkubedb.com") == "kubectl api-resources --api-group=notkubedb.com");
  CHECK(hint("issuers.cert-manager.io").starts_with("install cert-manager: kubectl apply -f https://"));
  CHECK(hint("/version") ==
        "the server of the kubeconfig cluster may lead to a login page or a proxy: kubectl config view --minify");
}

TEST_CASE("the hint for a refused list of all namespaces asks about all of them") {
  const StatusInfo forbidden{.code = 403, .reason = "Forbidden", .message = "no"};
  CHECK(make_api_error(forbidden, {.verb = "list", .resource = "pods"}).info().hint ==
        "kubectl auth can-i list pods -A");
  CHECK(make_api_error(forbidden, {.verb = "get", .resource = "nodes", .name = "n"}).info().hint ==
        "kubectl auth can-i get nodes");
}

TEST_CASE("a conflict of field managers names each manager with its fields") {
  const StatusInfo status{
      .code = 409,
      .reason = "Conflict",
      .message = "Apply failed with 3 conflicts",
      .causes = {
          {"FieldManagerConflict", "conflict with \"kubectl-edit\" using kubedb.com/v1alpha2", ".spec.version"},
          {"FieldManagerConflict", "conflict with \"gitops\" using kubedb.com/v1alpha2", ".spec.replicas"},
          {"FieldManagerConflict", "conflict with \"kubectl-edit\" using kubedb.com/v1alpha2", ".spec.storage"}}};
  const ApiError error = make_api_error(status, kPatch);
  CHECK(error.kind() == Kind::apply_conflict);
  CHECK(error.code() == ExitCode::refused);
  CHECK(error.info().message ==
        "cannot apply mssqlservers.kubedb.com \"sales\" in namespace \"demo\": other managers own some of the fields");
  CHECK(error.info().details ==
        std::vector<std::string>{"\"kubectl-edit\" using kubedb.com/v1alpha2: .spec.version, .spec.storage",
                                 "\"gitops\" using kubedb.com/v1alpha2: .spec.replicas"});
  CHECK(error.info().cause == "error: Apply failed with 3 conflicts");
  CHECK(error.info().hint == "leave these fields out, or take them over with --force-conflicts");
}

TEST_CASE("silence leaves the outcome of a write open, and of nothing else") {
  const TransportFailure sent{
      .kind = TransportFailure::Kind::reset, .message = "EOF", .request_may_have_arrived = true};
  const TransportFailure not_sent{.kind = TransportFailure::Kind::refused, .message = "refused"};

  const ApiError unknown = make_api_error(sent, kCreate);
  CHECK(unknown.outcome_unknown());
  CHECK(unknown.kind() == Kind::broken);
  CHECK(unknown.code() == ExitCode::acceptance_unknown);
  CHECK(unknown.info().message ==
        "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the answer was cut off or unreadable; "
        "whether it was carried out is unknown");
  CHECK(unknown.info().hint == "kubectl get mssqlservers.kubedb.com sales -n demo");

  const ApiError refused = make_api_error(not_sent, kCreate);
  CHECK_FALSE(refused.outcome_unknown());
  CHECK(refused.kind() == Kind::unreachable);
  CHECK(refused.code() == ExitCode::unexpected);
  CHECK(refused.info().message ==
        "cannot create mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the server cannot be reached");
  CHECK(refused.info().hint == "check the server of the kubeconfig context: kubectl config view --minify");

  CHECK_FALSE(make_api_error(sent, kList).outcome_unknown());
  Operation dry_run = kCreate;
  dry_run.changes_nothing = true;
  CHECK_FALSE(make_api_error(sent, dry_run).outcome_unknown());
}

TEST_CASE("of the answers of a server only those that say so leave a write open") {
  struct Row {
    StatusInfo status;
    bool open;
  };
  const Row rows[] = {
      {{.code = 502, .reason = "InternalError", .message = "html", .made_up = true}, true},
      {{.code = 504, .reason = "Timeout", .message = "may still be processing"}, true},
      {{.code = 500, .reason = "InternalError", .message = "etcdserver: request timed out"}, true},
      {{.code = 500, .reason = "InternalError", .message = "failed calling webhook"}, false},
      {{.code = 503, .reason = "ServiceUnavailable", .message = "starting"}, false},
      {{.code = 429, .reason = "TooManyRequests", .message = "busy", .made_up = true}, false},
      {{.code = 409, .reason = "AlreadyExists", .message = "no", .made_up = true}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status.message);
    CHECK(make_api_error(row.status, kCreate).outcome_unknown() == row.open);
    CHECK_FALSE(make_api_error(row.status, kGet).outcome_unknown());
  }
}

TEST_CASE("an apply with an unknown field is refused, although the server calls it an error of its own") {
  const StatusInfo status{.code = 500,
                          .message =
                              "failed to create typed patch object (demo/sales; kubedb.com/v1alpha2, "
                              "Kind=MSSQLServer): .spec.nope: field not declared in schema"};
  const ApiError error = make_api_error(status, kPatch);
  CHECK(error.kind() == ApiError::Kind::bad_request);
  CHECK(error.code() == ExitCode::refused);
  CHECK_FALSE(error.outcome_unknown());
}

}  // namespace dba::kube
