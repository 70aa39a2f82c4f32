#include "http/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/refusals.hpp"
#include "http/authorization.hpp"
#include "http/bodies.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::size_t kLongestManager = 128;

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool dry_run(const std::vector<std::string>& values, std::string_view kind) {
  if (std::all_of(values.begin(), values.end(), [](const std::string& value) { return value == "All"; })) {
    return !values.empty();
  }
  throw invalid_options(kind, "dryRun", "FieldValueNotSupported",
                        fmt::format("Unsupported value: {}: supported values: \"All\"", Json(values).dump()));
}

api::FieldValidation field_validation(const std::string& text, std::string_view kind) {
  if (text.empty() || text == "Warn") return api::FieldValidation::warn;
  if (text == "Strict") return api::FieldValidation::strict;
  if (text == "Ignore") return api::FieldValidation::ignore;
  throw invalid_options(
      kind, "fieldValidation", "FieldValueNotSupported",
      fmt::format("Unsupported value: {}: supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", json_text(text)));
}

/// The manager named in the query, else the program that the User-Agent names first.
std::string field_manager(const Request& request, std::string_view kind) {
  const std::string given = request.query.get("fieldManager");
  if (given.size() > kLongestManager) {
    throw invalid_options(kind, "fieldManager", "FieldValueTooLong",
                          fmt::format("Too long: may not be more than {} bytes", kLongestManager));
  }
  if (!given.empty()) return given;
  const std::string agent = request.header("user-agent");
  const std::string program = agent.substr(0, agent.find('/')).substr(0, kLongestManager);
  return program.empty() ? "unknown" : program;
}

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int grace_of(std::int64_t seconds) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(seconds, 0, kMost));
}

}  // namespace

std::optional<std::int64_t> number_parameter(const Request& request, std::string_view name) {
  const std::string text = request.query.get(name);
  if (text.empty()) return std::nullopt;
  const std::optional<std::int64_t> number = parse_number<std::int64_t>(text);
  if (!number) throw api::bad_request(fmt::format("strconv.ParseInt: parsing {}: invalid syntax", json_text(text)));
  return number;
}

void check_list_version(const Request& request, std::uint64_t newest) {
  const std::string version = request.query.get("resourceVersion"), match = request.query.get("resourceVersionMatch");
  if (request.query.has("sendInitialEvents")) {
    throw invalid_options("ListOptions", "sendInitialEvents", "FieldValueForbidden",
                          "Forbidden: sendInitialEvents is forbidden for list");
  }
  if (!match.empty() && version.empty()) {
    throw invalid_options("ListOptions", "resourceVersionMatch", "FieldValueForbidden",
                          "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!match.empty() && match != "Exact" && match != "NotOlderThan") {
    throw invalid_options(
        "ListOptions", "resourceVersionMatch", "FieldValueNotSupported",
        fmt::format("Unsupported value: {}: supported values: \"Exact\", \"NotOlderThan\", \"\"", json_text(match)));
  }
  if (!version.empty() && !request.query.get("continue").empty() && version != "0") {
    throw api::bad_request("specifying resource version is not allowed when using continue");
  }
  check_version(request, newest);
}

void check_version(const Request& request, std::uint64_t newest) {
  const std::string version = request.query.get("resourceVersion");
  if (version.empty()) return;
  const std::optional<std::uint64_t> number = parse_number<std::uint64_t>(version);
  if (!number) {
    throw api::bad_request(fmt::format(
        "invalid resource version: resourceVersion: Invalid value: {0}: strconv.ParseUint: parsing {0}: invalid syntax",
        json_text(version)));
  }
  if (*number <= newest) return;
  api::StatusError error =
      make_error(504, "Timeout", fmt::format("Timeout: Too large resource version: {}, current: {}", *number, newest));
  error.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  error.retry_after_seconds = 1;
  throw error;
}

api::WriteOptions write_options(const Request& request, std::string_view kind, std::vector<std::string>& warnings) {
  api::WriteOptions options;
  options.dry_run = dry_run(request.query.all("dryRun"), kind);
  options.validation = field_validation(request.query.get("fieldValidation"), kind);
  options.field_manager = field_manager(request, kind);
  options.force = request.query.flag("force");
  options.warnings = &warnings;
  options.user = user_of(request);
  return options;
}

api::DeleteOptions delete_options(const Json& body) {
  api::DeleteOptions options;
  options.propagation = codec::string_at(body, {"propagationPolicy"}, "Background");
  if (body.contains("orphanDependents") && body.contains("propagationPolicy")) {
    throw invalid_options("DeleteOptions", "propagationPolicy", "FieldValueInvalid",
                          fmt::format("Invalid value: {}: orphanDependents and deletionPropagation cannot be both set",
                                      json_text(options.propagation)));
  }
  if (codec::bool_at(body, {"orphanDependents"})) options.propagation = "Orphan";
  if (const std::optional<std::int64_t> grace = codec::int_at(body, {"gracePeriodSeconds"})) {
    options.grace_seconds = grace_of(*grace);
  }
  options.uid = codec::string_at(body, {"preconditions", "uid"});
  options.resource_version = codec::string_at(body, {"preconditions", "resourceVersion"});
  std::vector<std::string> dry_runs;
  if (const Json* values = codec::find_at(body, {"dryRun"}); values != nullptr && values->is_array()) {
    for (const Json& value : *values) dry_runs.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  options.dry_run = dry_run(dry_runs, "DeleteOptions");
  if (options.propagation != "Background" && options.propagation != "Foreground" && options.propagation != "Orphan") {
    throw invalid_options("DeleteOptions", "propagationPolicy", "FieldValueNotSupported",
                          fmt::format("Unsupported value: {}: supported values: \"Foreground\", \"Background\", "
                                      "\"Orphan\", \"nil\"",
                                      json_text(options.propagation)));
  }
  return options;
}

api::DeleteOptions delete_options(const Request& request) {
  Json body = read_options(request);
  if (!body.is_object()) throw api::bad_request("decoded object cannot be converted to DeleteOptions");
  const std::string kind = codec::string_at(body, {"kind"}, "DeleteOptions");
  if (kind != "DeleteOptions") {
    throw api::bad_request(
        fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:111\"", kind,
                    codec::string_at(body, {"apiVersion"})));
  }
  const Query& query = request.query;
  if (query.has("propagationPolicy") && !body.contains("propagationPolicy")) {
    body["propagationPolicy"] = query.get("propagationPolicy");
  }
  if (query.has("gracePeriodSeconds") && !body.contains("gracePeriodSeconds")) {
    body["gracePeriodSeconds"] = number_parameter(request, "gracePeriodSeconds").value_or(0);
  }
  if (query.has("dryRun") && !body.contains("dryRun")) body["dryRun"] = query.all("dryRun");
  if (query.flag("orphanDependents")) body["orphanDependents"] = true;
  return delete_options(body);
}

api::Selectors selectors(const Request& request) {
  return {.labels = request.query.get("labelSelector"), .fields = request.query.get("fieldSelector")};
}

api::ListOptions list_options(const Request& request) {
  api::ListOptions options{.selectors = selectors(request)};
  options.limit = std::max<std::int64_t>(number_parameter(request, "limit").value_or(0), 0);
  options.continue_token = request.query.get("continue");
  return options;
}

}  // namespace dba::sandbox::http
