#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/base/utf8.hpp"
#include "dba/kube/api_error.hpp"

namespace dba::kube {

namespace {

/// @source client-go rest: only this much of a body that is no Status is shown.
constexpr std::size_t kShownBody = 2048;

/// Go's %q.
std::string go_quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, point.length);
    at += point.length;
    if (!point.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    } else if (bytes == "\"" || bytes == "\\") {
      out.append("\\").append(bytes);
    } else if (bytes == "\n") {
      out += "\\n";
    } else if (bytes == "\r") {
      out += "\\r";
    } else if (bytes == "\t") {
      out += "\\t";
    } else if (point.value < 0x20 || point.value == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(point.value));
    } else {
      out += bytes;
    }
  }
  return out + '"';
}

std::string http_method(std::string_view verb) {
  if (verb == "list" || verb == "watch") return "get";
  if (verb == "create") return "post";
  return std::string(verb);
}

struct Meaning {
  std::string_view reason;
  std::string message;
};

/// @param text the body when its content type is text, else "unknown".
Meaning meaning_of(int code, std::string_view verb, const std::string& text) {
  switch (code) {
    case 400:
      return {"BadRequest", "the server rejected our request for an unknown reason"};
    case 401:
      return {"Unauthorized", "the server has asked for the client to provide credentials"};
    case 403:
      return {"Forbidden", text};
    case 404:
      return {"NotFound", "the server could not find the requested resource"};
    case 405:
      return {"MethodNotAllowed", "the server does not allow this method on the requested resource"};
    case 406:
      return {"NotAcceptable", text == "unknown"
                                   ? "the server was unable to respond with a content type that the client supports"
                                   : text};
    case 409:
      return {verb == "create" ? "AlreadyExists" : "Conflict", "the server reported a conflict"};
    case 410:
      return {"Gone", "the resource or the version asked for is no longer there"};
    case 415:
      return {"UnsupportedMediaType", text};
    case 422:
      return {"Invalid", "the server rejected our request due to an error in our request"};
    case 429:
      return {"TooManyRequests", "the server has received too many requests and has asked us to try again later"};
    case 503:
      return {"ServiceUnavailable", "the server is currently unable to handle the request"};
    case 504:
      return {"Timeout",
              "the server was unable to return a response in the time allotted, but may still be processing the "
              "request"};
    default:
      break;
  }
  if (code >= 500) {
    return {"InternalError",
            fmt::format("an error on the server ({}) has prevented the request from succeeding", go_quote(text))};
  }
  return {"", fmt::format("the server responded with the status code {} but did not return more information", code)};
}

StatusInfo make_up_status(int http_code, std::string_view content_type, std::string_view body,
                          const Operation& operation) {
  std::string text = "unknown";
  if (to_lower(content_type).starts_with("text/")) {
    text = trim(body.substr(0, kShownBody));
    if (text.empty()) text = "unknown";
  }
  Meaning meaning = meaning_of(http_code, operation.verb, text);
  StatusInfo status{
      .code = http_code, .reason = std::string(meaning.reason), .message = std::move(meaning.message), .made_up = true};
  status.message += fmt::format(" ({} {}{}{})", http_method(operation.verb), operation.resource,
                                operation.name.empty() ? "" : " ", operation.name);
  status.causes.push_back({.reason = "UnexpectedServerResponse", .message = std::move(text)});
  return status;
}

/// The body as a JSON object of kind Status; absent when it is anything else.
std::optional<Json> find_status(std::string_view body) {
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || codec::string_at(json, {"kind"}) != "Status") return std::nullopt;
  return json;
}

StatusInfo from_json(const Json& json, int http_code) {
  StatusInfo status{
      .code = static_cast<int>(codec::int_at(json, {"code"}).value_or(http_code)),
      .reason = codec::string_at(json, {"reason"}),
      .message = codec::string_at(json, {"message"}),
      .name = codec::string_at(json, {"details", "name"}),
      .group = codec::string_at(json, {"details", "group"}),
      .resource = codec::string_at(json, {"details", "kind"}),
      .retry_after_seconds = static_cast<int>(codec::int_at(json, {"details", "retryAfterSeconds"}).value_or(0))};
  const Json* causes = codec::find_at(json, {"details", "causes"});
  if (causes == nullptr || !causes->is_array()) return status;
  for (const Json& cause : *causes) {
    status.causes.push_back({.reason = codec::string_at(cause, {"reason"}),
                             .message = codec::string_at(cause, {"message"}),
                             .field = codec::string_at(cause, {"field"})});
  }
  return status;
}

std::string invalid_text(const StatusInfo& status) {
  std::string text = "The request is invalid";
  if (!status.resource.empty() || !status.name.empty()) {
    text = fmt::format("The {} \"{}\" is invalid", status.resource, status.name);
  } else if (status.causes.empty() && !status.message.empty()) {
    text += ": " + status.message;
  }
  std::vector<std::string> lines;
  for (const StatusInfo::Cause& cause : status.causes) {
    std::string line = fmt::format("{}: {}", cause.field, cause.message);
    if (!contains(lines, line)) lines.push_back(std::move(line));
  }
  if (lines.size() == 1) return text + ": " + lines.front();
  if (!lines.empty()) text += ": ";
  for (const std::string& line : lines) text += "\n* " + line;
  return text;
}

}  // namespace

StatusInfo read_status(int http_code, std::string_view content_type, std::string_view body,
                       const Operation& operation) {
  const std::optional<Json> json = find_status(body);
  return json ? from_json(*json, http_code) : make_up_status(http_code, content_type, body, operation);
}

std::string kubectl_text(const StatusInfo& status) {
  if (status.reason == "Invalid" && !status.made_up) return invalid_text(status);
  if (status.reason == "Unauthorized") {
    return fmt::format("error: You must be logged in to the server ({})", status.message);
  }
  if (status.reason.empty()) return "Error from server: " + status.message;
  const bool apply_conflict = std::any_of(status.causes.begin(), status.causes.end(), [](const StatusInfo::Cause& c) {
    return c.reason == "FieldManagerConflict";
  });
  if (apply_conflict) return "error: " + status.message;
  return fmt::format("Error from server ({}): {}", status.reason, status.message);
}

}  // namespace dba::kube
