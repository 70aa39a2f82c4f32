#include "http/bodies.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"

#include "api/refusals.hpp"
#include "http/duplicate_fields.hpp"
#include "http/go_words.hpp"
#include "http/problems.hpp"
#include "http/protobuf.hpp"

namespace dba::sandbox::http {

namespace {

constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr std::array<std::string_view, 3> kBodies{"application/json", "application/yaml", kProtobuf};

bool is_yaml(const std::string& media) { return media == "application/yaml" || media.ends_with("+yaml"); }

Json parse_yaml(const std::string& body) {
  std::vector<codec::Document> documents = codec::parse_documents(body, "body");
  return documents.empty() ? Json() : std::move(documents.front().value());
}

/// What the API server says about a body that it cannot even take apart.
api::StatusError unrecognised(const Request& request, const api::Resource& type, std::string_view reason) {
  return api::bad_request(fmt::format("the object provided is unrecognized (must be of type {}): {} ({})", type.kind,
                                      reason, body_preview(request.body)));
}

Json parse_body(const Request& request, bool yaml, const api::Resource& type, const api::WriteOptions& options) {
  try {
    return yaml ? parse_yaml(request.body) : codec::parse_json(request.body, "body");
  } catch (const Error& error) {
    const std::string fault = yaml ? yaml_fault(error) : json_fault(request.body, error);
    if (yaml && options.validation == api::FieldValidation::strict && fault.ends_with("already set in map")) {
      throw api::undecodable(type,
                             fmt::format("strict decoding error: yaml: unmarshal errors:\n  {}", fault.substr(6)));
    }
    throw unrecognised(request, type, yaml ? fault : "couldn't get version/kind; json parse error: " + fault);
  }
}

/// Built-in kinds may leave out what they are; the Api insists on it.
void complete_kind(Json& object, const Request& request, const api::Resource& type) {
  if (object.is_null() && !type.custom) object = Json::object();
  if (!object.is_object() && !object.is_null()) {
    throw unrecognised(request, type,
                       fmt::format(R"(couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go )"
                                   R"(value of type struct {{ APIVersion string "json:\"apiVersion,omitempty\""; )"
                                   R"(Kind string "json:\"kind,omitempty\"" }})",
                                   object.type_name()));
  }
  if (codec::string_at(object, {"kind"}).empty()) {
    if (type.custom) {
      throw unrecognised(request, type, fmt::format("Object 'Kind' is missing in '{}'", request.body));
    }
    object["kind"] = type.kind;
  }
  if (codec::string_at(object, {"apiVersion"}).empty()) {
    if (type.custom) {
      throw api::bad_request(fmt::format("the API version in the data () does not match the expected API version ({})",
                                         type.api_version()));
    }
    object["apiVersion"] = type.api_version();
  }
}

}  // namespace

void check_duplicates(std::string_view json, const api::Resource& type, const api::WriteOptions& options) {
  if (options.validation == api::FieldValidation::ignore) return;
  std::vector<std::string> texts;
  for (const std::string& field : duplicate_fields(json)) texts.push_back(fmt::format("duplicate field \"{}\"", field));
  if (texts.empty()) return;
  if (options.validation == api::FieldValidation::strict) {
    throw api::undecodable(type, "strict decoding error: " + join(texts, ", "));
  }
  if (options.warnings != nullptr) options.warnings->insert(options.warnings->end(), texts.begin(), texts.end());
}

Json read_object(const Request& request, const api::Resource& type, const api::WriteOptions& options) {
  const std::string media = request.media_type().empty() ? "application/json" : request.media_type();
  Json object;
  if (media == kProtobuf) {
    if (type.custom) throw unknown_media_type(kBodies);
    if (!request.body.starts_with(kProtobufMagic)) {
      throw unrecognised(request, type,
                         "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    }
    object = decode_protobuf(request.body);
  } else if (media == "application/json" || is_yaml(media)) {
    object = parse_body(request, is_yaml(media), type, options);
    if (!is_yaml(media)) check_duplicates(request.body, type, options);
  } else {
    throw unknown_media_type(kBodies);
  }
  complete_kind(object, request, type);
  return object;
}

Json read_patch(const Request& request, bool apply) {
  try {
    return apply ? parse_yaml(request.body) : codec::parse_json(request.body, "patch");
  } catch (const Error& error) {
    throw api::bad_request(apply ? "error decoding YAML: error converting YAML to JSON: " + yaml_fault(error)
                                 : "error decoding patch: " + json_fault(request.body, error));
  }
}

Json read_options(const Request& request) {
  if (trim(request.body).empty()) return Json::object();
  const std::string media = request.media_type();
  try {
    if (media == kProtobuf) return decode_protobuf(request.body);
    return is_yaml(media) ? parse_yaml(request.body) : codec::parse_json(request.body, "options");
  } catch (const Error& error) {
    throw api::bad_request("couldn't get version/kind; json parse error: " + json_fault(request.body, error));
  }
}

}  // namespace dba::sandbox::http
