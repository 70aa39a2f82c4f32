#include "http/bodies.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "http/duplicate_fields.hpp"
#include "http/protobuf.hpp"

namespace dba::sandbox::http {
namespace {

/// "400 BadRequest: text" of what `read` throws; "no error" when it does not.
std::string refusal(const auto& read) {
  try {
    read();
  } catch (const api::StatusError& error) {
    return std::to_string(error.code) + " " + error.reason + ": " + error.message;
  }
  return "no error";
}

Request request_with(std::string media, std::string body) {
  Request request{.method = "POST", .body = std::move(body)};
  request.headers.emplace("content-type", std::move(media));
  return request;
}

TEST_CASE("fields named twice are found with their paths") {
  CHECK(duplicate_fields(R"({"a":1,"b":{"a":1}})").empty());
  CHECK(duplicate_fields(R"({"a":1,"a":2,"b":{"c":{"d":1,"d":2}},"l":[{"x":1},{"x":1,"x":2,"x":3}]})") ==
        std::vector<std::string>{"a", "b.c.d", "l[1].x", "l[1].x"});
  CHECK(duplicate_fields(R"({"a":1,"a":)") == std::vector<std::string>{"a"});
  CHECK(duplicate_fields("garbage").empty());
}

TEST_CASE("a body is read as its media type says; apiVersion and kind may be missing for built-in kinds") {
  const api::Resource& type = *api::find_resource("", "v1", "configmaps");
  const api::WriteOptions options;
  const Json wanted{{"metadata", {{"name", "a"}}}, {"data", {{"k", "1"}}}, {"kind", "ConfigMap"}, {"apiVersion", "v1"}};
  CHECK(read_object(request_with("application/json", R"({"metadata":{"name":"a"},"data":{"k":"1"}})"), type, options) ==
        wanted);
  CHECK(read_object(request_with("", R"({"metadata":{"name":"a"},"data":{"k":"1"}})"), type, options) == wanted);
  CHECK(read_object(request_with("application/yaml; charset=utf-8", "metadata: {name: a}\ndata: {k: '1'}\n"), type,
                    options) == wanted);
}

TEST_CASE("bodies that are no object of the kind are refused in the API server's words") {
  const api::Resource& maps = *api::find_resource("", "v1", "configmaps");
  const api::Resource& databases = *api::find_resource("kubedb.com", "v1alpha2", "mssqlservers");
  const auto read = [](const api::Resource& type, const char* media, const char* body) {
    return refusal([&] { read_object(request_with(media, body), type, {}); });
  };
  CHECK(read(maps, "text/plain", "x") ==
        "415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  CHECK(read(databases, "application/vnd.kubernetes.protobuf", "x") ==
        "415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  const std::string unrecognised = "400 BadRequest: the object provided is unrecognized (must be of type ";
  CHECK(read(maps, "application/json", "garbage") ==
        unrecognised +
            "ConfigMap): couldn't get version/kind; json parse error: invalid character 'g' looking for "
            "beginning of value (67617262616765)");
  CHECK(read(maps, "application/json", R"({"a":)") ==
        unrecognised +
            "ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({\"a\":)");
  CHECK(read(maps, "application/json", "") ==
        unrecognised +
            "ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)");
  CHECK(read(maps, "application/json", "[]") ==
        unrecognised +
            "ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value "
            R"(of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string )"
            R"("json:\"kind,omitempty\"" } (5b5d))");
  CHECK(read(databases, "application/json", "{}") ==
        unrecognised + "MSSQLServer): Object 'Kind' is missing in '{}' ({})");
  CHECK(read(databases, "application/json", R"({"kind":"MSSQLServer"})") ==
        "400 BadRequest: the API version in the data () does not match the expected API version "
        "(kubedb.com/v1alpha2)");
  CHECK(read(maps, "application/vnd.kubernetes.protobuf", "x") ==
        unrecognised +
            "ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] "
            "(78)");
  CHECK(read(maps, "application/json", std::string(5000, '[').c_str()).starts_with("400 BadRequest: "));
}

TEST_CASE("a field named twice is a warning, and an error under strict validation") {
  const api::Resource& type = *api::find_resource("kubedb.com", "v1alpha2", "mssqlservers");
  const Request request =
      request_with("application/json",
                   R"({"apiVersion":"kubedb.com/v1alpha2","kind":"MSSQLServer","spec":{"version":"a","version":"b"}})");
  std::vector<std::string> warnings;
  api::WriteOptions options{.validation = api::FieldValidation::warn, .warnings = &warnings};
  CHECK(codec::string_at(read_object(request, type, options), {"spec", "version"}) == "b");
  CHECK(warnings == std::vector<std::string>{R"(duplicate field "spec.version")"});
  options.validation = api::FieldValidation::strict;
  CHECK(
      refusal([&] { read_object(request, type, options); }) ==
      "400 BadRequest: MSSQLServer in version \"v1alpha2\" cannot be handled as a MSSQLServer: strict decoding error: "
      "duplicate field \"spec.version\"");
  warnings.clear();
  options.validation = api::FieldValidation::ignore;
  read_object(request, type, options);
  CHECK(warnings.empty());
}

/// As kubectl 1.36 puts it on the wire.
std::string wire(const std::string& api_version, const std::string& kind, const std::string& message) {
  const auto field = [](char tag, const std::string& bytes) {
    return std::string(1, tag) + static_cast<char>(bytes.size()) + bytes;
  };
  return std::string("k8s\0", 4) + field(0x0a, field(0x0a, api_version) + field(0x12, kind)) + field(0x12, message) +
         field(0x1a, "") + field(0x22, "");
}

TEST_CASE("protobuf bodies of kubectl's typed commands become the same objects as JSON") {
  // kubectl create namespace x
  CHECK(decode_protobuf(wire("v1", "Namespace",
                             std::string("\x0a\x11\x0a\x01x\x12\x00\x1a\x00\"\x00*\x00"
                                         "2\x00"
                                         "8\x00"
                                         "B\x00\x12\x00\x1a\x02\x0a\x00",
                                         25))) ==
        codec::parse_json(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"},"spec":{}})", "wanted"));
  // kubectl create secret generic a --from-literal=a=b
  CHECK(decode_protobuf(wire("v1", "Secret",
                             std::string("\x0a\x03\x0a\x01"
                                         "a\x12\x06\x0a\x01"
                                         "a\x12\x01"
                                         "b\x1a\x00",
                                         15))) ==
        codec::parse_json(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"a":"Yg=="}})",
                          "wanted"));
  // A pod template, three messages deep.
  CHECK(decode_protobuf(wire("batch/v1", "Job",
                             "\x12\x0e\x32\x0c\x12\x0a\x12\x08\x0a\x01"
                             "c"
                             "\x12\x03"
                             "img")) == codec::parse_json(R"({"apiVersion":"batch/v1","kind":"Job",
            "spec":{"template":{"spec":{"containers":[{"name":"c","image":"img"}]}}}})",
                                                          "wanted"));
  // Zero grace is a value, not absence.
  CHECK(decode_protobuf(wire("v1", "DeleteOptions", std::string("\x08\x00", 2))) ==
        codec::parse_json(R"({"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0})", "wanted"));
}

TEST_CASE("broken protobuf is refused and never read beyond its end") {
  const std::string good = wire("v1", "Secret",
                                std::string("\x0a\x03\x0a\x01"
                                            "a\x12\x06\x0a\x01"
                                            "a\x12\x01"
                                            "b\x1a\x00",
                                            15));
  for (std::size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    const std::string outcome = refusal([&] { decode_protobuf(good.substr(0, length)); });
    CHECK((outcome == "no error" || outcome.starts_with("400 ") || outcome.starts_with("415 ")));
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char letter : {'\x00', '\x07', '\x7f', '\xff'}) {
      std::string bad = good;
      bad[at] = letter;
      const std::string outcome = refusal([&] { decode_protobuf(bad); });
      CHECK((outcome == "no error" || outcome.starts_with("400 ") || outcome.starts_with("415 ")));
    }
  }
  CHECK(refusal([] { decode_protobuf("{}"); }) == "400 BadRequest: the protobuf body of the request is malformed");
  CHECK(refusal([] { decode_protobuf(wire("batch/v1", "CronJob", "")); }).starts_with("415 "));
}

}  // namespace
}  // namespace dba::sandbox::http
