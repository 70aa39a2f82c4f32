#include "http/view.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"

#include "api/refusals.hpp"
#include "http/problems.hpp"
#include "http/table.hpp"

namespace dba::sandbox::http {

namespace {

/// One alternative of an Accept header. @return whether it can be served; then `view` says how.
bool accept_clause(const std::string& clause, View& view) {
  const std::vector<std::string> parts = split(clause, ';');
  if (parts.empty()) return false;
  const std::string media = to_lower(trim(parts[0]));
  const bool yaml = media == "application/yaml";
  if (!yaml && media != "application/json" && media != "application/*" && media != "*/*") return false;
  std::string as, group, version;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string parameter = trim(parts[i]);
    if (parameter.starts_with("as=")) as = parameter.substr(3);
    if (parameter.starts_with("g=")) group = parameter.substr(2);
    if (parameter.starts_with("v=")) version = parameter.substr(2);
  }
  view.yaml = yaml;
  if (as.empty()) return true;
  if (group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return false;
  view.meta_version = version;
  if (as == "Table") view.form = Form::table;
  if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") view.form = Form::metadata;
  return view.form != Form::object;
}

std::string metadata_text(const Json& object) {
  const auto metadata = object.find("metadata");
  return metadata == object.end() ? "{}" : codec::compact_json(*metadata);
}

std::string partial_object(const View& view, const Json& object) {
  return fmt::format(R"({{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/{}","metadata":{}}})",
                     view.meta_version, metadata_text(object));
}

/// The object without apiVersion and kind: as items of a typed list stand there.
std::string untyped_object(const Json& object) {
  std::string text = "{";
  for (const auto& [key, value] : object.items()) {
    if (key == "apiVersion" || key == "kind") continue;
    if (text.size() > 1) text += ',';
    text += fmt::format("{}:{}", codec::compact_json(Json(key)), codec::compact_json(value));
  }
  return text + "}";
}

std::string table_row(const View& view, const api::Resource& type, const Json& object, WallTime now) {
  std::string shown = "null";
  if (view.include_object == "Object") {
    shown = codec::compact_json(object);
  } else if (view.include_object != "None") {
    shown = partial_object(view, object);
  }
  return fmt::format(R"({{"cells":{},"object":{}}})", codec::compact_json(table_cells(type, object, now)), shown);
}

std::string table_text(const View& view, const api::Resource& type, const std::string& list_metadata,
                       const std::string& rows, bool with_columns) {
  return fmt::format(
      R"({{"kind":"Table","apiVersion":"meta.k8s.io/{}","metadata":{},"columnDefinitions":{},"rows":[{}]}})",
      view.meta_version, list_metadata, with_columns ? codec::compact_json(column_definitions(type)) : "null", rows);
}

/// Lists of custom resources name the token also when there is none.
std::string list_metadata(const api::Resource& type, const api::ListResult& list) {
  Json metadata = Json::object();
  if (type.custom) metadata["continue"] = "";
  metadata["resourceVersion"] = list.resource_version;
  if (!list.continue_token.empty()) metadata["continue"] = list.continue_token;
  if (list.remaining > 0) metadata["remainingItemCount"] = list.remaining;
  return codec::compact_json(metadata);
}

}  // namespace

View view_of(const Request& request, bool custom) {
  View view;
  const std::string accept = request.header("accept");
  bool served = trim(accept).empty();
  const bool json_named = accept.find("application/json") != std::string::npos;
  for (const std::string& clause : split(accept, ',')) {
    if (served) break;
    View candidate;
    served = accept_clause(clause, candidate);
    if (served) view = candidate;
  }
  if (!served) throw not_acceptable(custom || json_named);
  const std::string agent = request.header("user-agent");
  view.pretty = request.query.has("pretty")
                    ? request.query.flag("pretty")
                    : agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
  view.include_object = request.query.get("includeObject");
  if (view.form == Form::table && !view.include_object.empty() && view.include_object != "Metadata" &&
      view.include_object != "Object" && view.include_object != "None") {
    throw api::bad_request(
        fmt::format("Unable to convert to Table as requested: includeObject: Invalid value: \"{}\": must be "
                    "'Metadata', 'Object', 'None', or empty",
                    view.include_object));
  }
  return view;
}

std::string render_object(const View& view, const api::Resource& type, const Json& object, WallTime now,
                          bool with_columns) {
  if (view.form == Form::metadata) return partial_object(view, object);
  if (view.form == Form::object) return codec::compact_json(object);
  Json metadata = Json::object();
  metadata["resourceVersion"] = codec::resource_version_of(object);
  return table_text(view, type, codec::compact_json(metadata), table_row(view, type, object, now), with_columns);
}

std::string render_list(const View& view, const api::Resource& type, const api::ListResult& list, WallTime now) {
  std::string items;
  for (const api::Object& object : list.items) {
    if (!items.empty()) items += ',';
    switch (view.form) {
      case Form::object:
        items += type.custom ? codec::compact_json(*object) : untyped_object(*object);
        break;
      case Form::table:
        items += table_row(view, type, *object, now);
        break;
      case Form::metadata:
        items += partial_object(view, *object);
        break;
    }
  }
  if (view.form == Form::table) return table_text(view, type, list_metadata(type, list), items, true);
  const bool partial = view.form == Form::metadata;
  return fmt::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{},"items":[{}]}})",
                     partial ? "PartialObjectMetadataList" : type.kind + "List",
                     partial ? "meta.k8s.io/" + view.meta_version : type.api_version(), list_metadata(type, list),
                     items);
}

Answer present(const View& view, std::string json, int code) {
  Answer answer{.code = code};
  if (view.yaml) {
    answer.content_type = "application/yaml";
    answer.body = codec::to_yaml(codec::parse_json(json, "answer"));
  } else if (view.pretty) {
    answer.body = codec::parse_json(json, "answer").dump(2, ' ', false, Json::error_handler_t::replace);
  } else {
    answer.body = std::move(json) + "\n";
  }
  return answer;
}

}  // namespace dba::sandbox::http
