#include "http/router.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <Poco/Exception.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"

#include "api/refusals.hpp"
#include "http/api_faults.hpp"
#include "http/authorization.hpp"
#include "http/discovery.hpp"
#include "http/identity.hpp"
#include "http/object_requests.hpp"
#include "http/openapi.hpp"
#include "http/pod_sessions.hpp"
#include "http/problems.hpp"
#include "http/watches.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::string_view kControlPrefix = "/sandbox/";
constexpr std::chrono::milliseconds kDefaultLatency{500};
constexpr int kDefaultErrorCode = 500;

bool is_health(const std::string& path) { return path == "/healthz" || path == "/livez" || path == "/readyz"; }

/// Whether the API server's own routing decides about such a path: the core group, and groups of built-in kinds. All
/// others are answered in plain text. @source kube-apiserver 1.36
bool is_routed(const std::vector<std::string>& segments) {
  if (segments.size() >= 2 && segments[0] == "api") return true;
  if (segments.size() < 3 || segments[0] != "apis") return false;
  const std::span<const api::Resource> all = api::resources();
  return std::any_of(all.begin(), all.end(),
                     [&segments](const api::Resource& type) { return type.group == segments[1] && !type.custom; });
}

/// What a real API server has.
bool is_not_simulated(const Target& target) {
  const std::string& below = target.subresource;
  return !target.type->custom && (below == "token" || below == "attach" || below == "proxy");
}

bool reads(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

/// @source client-go: what the API server's overload and failure answers look like
api::StatusError injected_error(const world::Fault& fault) {
  int code = kDefaultErrorCode;
  if (const auto setting = fault.request.settings.find("code"); setting != fault.request.settings.end()) {
    std::from_chars(setting->second.data(), setting->second.data() + setting->second.size(), code);
  }
  switch (code) {
    case 401:
      return unauthorized();
    case 403:
      return make_error(403, "Forbidden", "forbidden: fault api-error of the sandbox");
    case 404:
      return page_not_found();
    case 409:
      return make_error(409, "Conflict", "the object has been modified; fault api-error of the sandbox");
    case 429: {
      api::StatusError error = make_error(
          429, "TooManyRequests", "the server has received too many requests and has asked us to try again later");
      error.retry_after_seconds = 1;
      return error;
    }
    case 503:
      return make_error(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    case 504:
      return make_error(504, "Timeout",
                        "the server was unable to return a response in the time allotted, but may still be processing "
                        "the request");
    default:
      return make_error(code >= 400 && code <= 599 ? code : kDefaultErrorCode, "InternalError",
                        "Internal error occurred: fault api-error of the sandbox");
  }
}

}  // namespace

Router::Router(api::Api& api, streaming::PodBackend& pods, world::World& world, Control control, const Secret& token)
    : api_(api), pods_(pods), world_(world), control_(std::move(control)), token_(token) {}

void Router::serve(Exchange& exchange) {
  try {
    route(exchange);
  } catch (const api::StatusError& error) {
    exchange.answer(status_answer(error));
  } catch (const Error& error) {
    exchange.answer(status_answer(internal_error(error.what())));
  } catch (const Poco::Exception&) {
    throw;
  } catch (const std::exception& error) {
    exchange.answer(status_answer(internal_error(error.what())));
  }
}

void Router::route(Exchange& exchange) {
  const Request& request = exchange.request();
  // Like the real one, health and version are told to everybody, but not to those with a wrong token.
  const bool known = bears_token(request.header("authorization"), token_);
  const bool anonymous = request.header("authorization").empty();
  if (!known && !(anonymous && (is_health(request.path) || request.path == "/version"))) throw unauthorized();
  if (is_health(request.path)) {
    exchange.answer({.body = "ok", .content_type = "text/plain; charset=utf-8"});
    return;
  }
  if (request.path.starts_with(kControlPrefix)) {
    exchange.answer(ask_control(request));
    return;
  }
  const std::vector<std::string> segments = path_segments(request.path);
  const std::optional<Target> target = find_target(segments);
  if (known) authorize(api_, request, target ? &*target : nullptr);
  if (struck(exchange, target ? &*target : nullptr)) return;
  if (answer_fixed(exchange, segments)) return;
  if (!target && !segments.empty() && segments.front() == "metrics") throw not_simulated(request.path);
  if (!target && !is_routed(segments)) {
    exchange.answer({.code = 404, .body = "404 page not found\n", .content_type = "text/plain; charset=utf-8"});
    return;
  }
  if (!target) throw page_not_found();
  if (!target->subresource.empty() && !target->type->has_subresource(target->subresource)) {
    if (is_not_simulated(*target)) throw not_simulated(target->type->plural + "/" + target->subresource);
    // Custom resources look for the object first.
    throw target->type->custom ? api::not_found(*target->type, target->name) : page_not_found();
  }
  if (is_session(*target)) {
    serve_session(api_, pods_, world_, exchange, *target);
  } else if (reads(request) && request.query.flag("watch") && target->name.empty()) {
    serve_watch(api_, world_, exchange, *target);
  } else {
    exchange.answer(serve_objects(api_, request, *target, world_.clock.wall_now()));
  }
}

bool Router::answer_fixed(Exchange& exchange, const std::vector<std::string>& segments) {
  std::optional<Answer> answer = discover(exchange.request(), segments);
  if (!answer) answer = open_api(exchange.request(), segments);
  if (!answer) return false;
  if (!reads(exchange.request())) throw method_not_allowed();
  exchange.answer(*answer);
  return true;
}

bool Router::struck(Exchange& exchange, const Target* target) {
  const Request& request = exchange.request();
  if (const auto latency = strikes(world_, "api-latency", request, target)) {
    const std::chrono::nanoseconds delay = latency->request.delay.value_or(kDefaultLatency);
    world_.clock.sleep_until(world_.clock.steady_now() + delay, exchange.stop());
  }
  if (strikes(world_, "api-disconnect", request, target)) {
    exchange.break_off();
    return true;
  }
  if (const auto error = strikes(world_, "api-error", request, target)) throw injected_error(*error);
  return false;
}

Answer Router::ask_control(const Request& request) {
  if (!control_) throw page_not_found();
  std::string below = request.path.substr(kControlPrefix.size());
  if (!request.raw_query.empty()) below += "?" + request.raw_query;
  ControlAnswer answer = control_(request.method, below, request.body);
  return {.code = answer.code, .body = std::move(answer.body)};
}

}  // namespace dba::sandbox::http
