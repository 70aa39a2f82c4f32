#include "http_trace.hpp"

#include <ctime>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kMasked = "<masked>";
/// kubectl apply keeps a whole copy of the object, data included, in this annotation.
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// klog's line head: severity, month and day, local time, process.
std::string line_head() {
  const WallTime now = platform::system_clock().wall_now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("I{:02}{:02} {:02}:{:02}:{:02}.{:06} {:7} kube] ", local.tm_mon + 1, local.tm_mday, local.tm_hour,
                     local.tm_min, local.tm_sec, micros, getpid());
}

std::string header_block(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += fmt::format("\n\t{}: {}", name, masked_header(name, value));
  return text;
}

/// The curl command of level 9, for people to paste; the credential in it is masked.
std::string curl_command(const HttpRequest& request, std::string_view url, const Headers& headers) {
  std::string text = "curl -v -X" + request.method;
  for (const auto& [name, value] : headers) {
    text += " -H " + shell_quote(fmt::format("{}: {}", name, masked_header(name, value)));
  }
  return text + " " + shell_quote(url);
}

void mask_values(Json& object) {
  if (!object.is_object()) return;
  for (const std::string_view field : {"data", "stringData"}) {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_object()) continue;
    for (auto& value : *found) value = kMasked;
  }
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return;
  const auto annotations = metadata->find("annotations");
  if (annotations == metadata->end() || !annotations->is_object()) return;
  if (const auto copy = annotations->find(kLastApplied); copy != annotations->end()) *copy = kMasked;
}

bool is_secret(const Json& object) { return codec::string_at(object, {"kind"}) == "Secret"; }

/// Masks a Secret, a list of Secrets or a watch event with one. @param all every object here is a Secret.
void mask_secrets(Json& json, bool all) {
  if (!json.is_object()) return;
  const bool list = all || codec::string_at(json, {"kind"}) == "SecretList";
  if (const auto items = json.find("items"); items != json.end() && items->is_array()) {
    for (Json& item : *items) {
      if (list || is_secret(item)) mask_values(item);
    }
  }
  if (const auto event = json.find("object"); event != json.end()) mask_secrets(*event, all);
  if (all || is_secret(json)) mask_values(json);
}

bool names_secrets(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.ends_with("/secrets") || path.find("/secrets/") != std::string_view::npos;
}

std::string cut(std::string text, int verbosity) {
  const std::size_t limit = verbosity >= 10 ? text.size() : verbosity == 9 ? 10240 : 1024;
  if (text.size() <= limit) return text;
  const std::size_t rest = text.size() - limit;
  text.resize(limit);
  return text + fmt::format(" [truncated {} chars]", rest);
}

}  // namespace

std::string status_line(int status) {
  static constexpr std::pair<int, std::string_view> kNames[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {409, "Conflict"},
      {410, "Gone"},
      {413, "Request Entity Too Large"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Entity"},
      {429, "Too Many Requests"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  };
  for (const auto& [code, name] : kNames) {
    if (code == status) return fmt::format("{} {}", status, name);
  }
  return std::to_string(status);
}

std::string masked_header(std::string_view name, std::string_view value) {
  const std::string lower = to_lower(name);
  if (lower == "set-cookie" || lower == "cookie") return std::string(kMasked);
  if (lower != "authorization" && lower != "proxy-authorization") return std::string(value);
  const std::size_t blank = value.find(' ');
  return blank == std::string_view::npos ? std::string(kMasked) : fmt::format("{} {}", value.substr(0, blank), kMasked);
}

std::string masked_body(std::string_view target, std::string_view body) {
  const bool all = names_secrets(target);
  if (!all && body.find("\"Secret") == std::string_view::npos) return std::string(body);
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fmt::format("{} ({} bytes)", kMasked, body.size());
  mask_secrets(json, all);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void HttpTrace::print(std::string_view text) const { sink_(line_head() + std::string(text)); }

void HttpTrace::request(const HttpRequest& request, std::string_view url, const Headers& headers) const {
  if (!wants_lines() || verbosity_ < 7) return;
  if (verbosity_ >= 9) {
    print(curl_command(request, url, headers));
  } else {
    print(
        fmt::format("\"Request\" verb=\"{}\" url=\"{}\" headers=<{}\n >", request.method, url, header_block(headers)));
  }
  if (!request.body.empty()) body("Request Body", request, request.body, true);
}

void HttpTrace::response(const HttpRequest& request, std::string_view url, std::string_view outcome,
                         const Headers& headers, const RequestTimes& times) const {
  if (!wants_lines()) return;
  std::string line = fmt::format("\"Response\" verb=\"{}\" url=\"{}\" status=\"{}\" milliseconds={:.0f}",
                                 request.method, url, outcome, times.total);
  if (verbosity_ >= 9) {
    line += fmt::format(
        " dnsLookupMilliseconds={:.0f} dialMilliseconds={:.0f} tlsHandshakeMilliseconds={:.0f} "
        "firstByteMilliseconds={:.0f} newConnections={} protocol=\"{}\"",
        times.lookup, times.connect, times.tls, times.first_byte, times.new_connections, times.protocol);
  }
  if (verbosity_ >= 8) line += fmt::format(" headers=<{}\n >", header_block(headers));
  print(line);
}

void HttpTrace::body(std::string_view what, const HttpRequest& request, std::string_view body, bool whole) const {
  if (!wants_bodies() || body.empty()) return;
  // A piece of a stream of Secrets cannot be taken apart, so masked_body hides all of it.
  print(fmt::format("\"{}\"{} body=<\n{}\n >", what, whole ? "" : " part=\"stream\"",
                    cut(masked_body(request.target, body), verbosity_)));
}

}  // namespace dba::kube
