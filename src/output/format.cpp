#include "dba/output/format.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/paths.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/output/table.hpp"
#include "dba/platform/files.hpp"

namespace dba::output {

namespace {

/// What may be typed, sorted as kubectl sorts it: a template form brings its variants with it.
std::string allowed_words(const std::vector<std::string>& allowed) {
  std::set<std::string> words;
  for (const std::string& form : allowed) {
    words.insert(form);
    if (form == "jsonpath") words.insert({"jsonpath-as-json", "jsonpath-file"});
    if (form == "custom-columns") words.insert("custom-columns-file");
  }
  return fmt::format("{}", fmt::join(words, ","));
}

/// A columns file has a line of headers and a line of paths, both separated by blanks.
std::string columns_of_file(const std::string& path) {
  const std::vector<std::string> lines = split(platform::read_file(path), '\n');
  const auto words_of = [](std::string line) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\t' || c == '\r'; }, ' ');
    std::vector<std::string> words = split(line, ' ');
    std::erase(words, "");
    return words;
  };
  const std::vector<std::string> headers = words_of(lines.empty() ? "" : lines[0]);
  const std::vector<std::string> paths = words_of(lines.size() < 2 ? "" : lines[1]);
  if (headers.empty() || headers.size() != paths.size()) {
    throw usage_error(
        fmt::format("{} is no columns file: it needs a line of headers and a line of as many paths "
                    "(it has {} and {})",
                    path, headers.size(), paths.size()));
  }
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < headers.size(); ++i) columns.push_back(headers[i] + ":" + paths[i]);
  return join(columns, ",");
}

Format jsonpath_format(Format::Kind kind, std::string argument) {
  if (argument.empty()) throw usage_error("template format specified but no template given");
  codec::JsonPath::parse(argument);
  return {.kind = kind, .argument = std::move(argument)};
}

Format columns_format(std::string argument) {
  if (argument.empty()) {
    throw usage_error("custom-columns format specified but no custom columns given",
                      "give them as -o custom-columns=HEADER:.path,…; -o json shows the paths");
  }
  codec::CustomColumns::parse(argument);
  return {.kind = Format::Kind::custom_columns, .argument = std::move(argument)};
}

std::string indented_json(const Json& value) {
  return value.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string print_columns(std::span<const Json> objects, const Format& format) {
  const codec::CustomColumns columns = codec::CustomColumns::parse(format.argument);
  std::vector<Column> headers;
  for (const std::string& header : columns.headers()) headers.push_back({.header = header});
  Table table(std::move(headers), false, format.headers);
  for (const Json& object : objects) table.add(columns.row(object));
  return table.flush();
}

/// "mssqlserver.kubedb.com/sales", "secret/sales-auth"
std::string printed_name(const Json& object) {
  const std::string api_version = codec::string_at(object, {"apiVersion"});
  const std::size_t slash = api_version.find('/');
  const std::string group = slash == std::string::npos ? "" : "." + api_version.substr(0, slash);
  return to_lower(codec::string_at(object, {"kind"})) + group + "/" + codec::name_of(object);
}

Json without_managed_fields(Json object) {
  if (object.is_object() && object.contains("metadata") && object["metadata"].is_object()) {
    object["metadata"].erase("managedFields");
  }
  return object;
}

Json list_of(std::vector<Json> items) {
  Json list = Json::object();
  list["apiVersion"] = "v1";
  list["items"] = std::move(items);
  list["kind"] = "List";
  list["metadata"] = Json::object();
  list["metadata"]["resourceVersion"] = "";
  return list;
}

/// The forms that print one document, whatever it is.
std::string print_document(const Json& document, const Format& format) {
  if (format.kind == Format::Kind::jsonpath) return codec::JsonPath::parse(format.argument).render(document);
  return indented_json(codec::JsonPath::parse(format.argument).find(document));
}

}  // namespace

Format parse_format(std::string_view text, const std::vector<std::string>& allowed) {
  using Kind = Format::Kind;
  if (text.empty() || (text == "table" && contains(allowed, "table"))) return {};
  const std::size_t equals = text.find('=');
  const std::string_view form = text.substr(0, equals);
  const std::string argument(equals == std::string_view::npos ? "" : text.substr(equals + 1));

  constexpr std::array<std::pair<std::string_view, Kind>, 4> kPlain{
      {{"wide", Kind::wide}, {"json", Kind::json}, {"yaml", Kind::yaml}, {"name", Kind::name}}};
  for (const auto& [word, kind] : kPlain) {
    if (text == word && contains(allowed, word)) return {.kind = kind};
  }
  if (contains(allowed, "jsonpath")) {
    if (form == "jsonpath") return jsonpath_format(Kind::jsonpath, argument);
    if (form == "jsonpath-as-json") return jsonpath_format(Kind::jsonpath_as_json, argument);
    if (form == "jsonpath-file") return jsonpath_format(Kind::jsonpath, platform::read_file(argument));
  }
  if (contains(allowed, "custom-columns")) {
    if (form == "custom-columns") return columns_format(argument);
    if (form == "custom-columns-file") return columns_format(columns_of_file(argument));
  }
  if (form.starts_with("go-template") || form.starts_with("template")) {
    throw usage_error(fmt::format("output format \"{}\" is not supported; use jsonpath or json", form));
  }
  throw usage_error(
      fmt::format("unable to match a printer suitable for the output format \"{}\", allowed formats are: {}", text,
                  allowed_words(allowed)));
}

std::string print_objects(const std::vector<Json>& objects, const Format& format, bool as_list) {
  if (format.kind == Format::Kind::name) {
    std::string names;
    for (const Json& object : objects) names += printed_name(object) + "\n";
    return names;
  }
  if (format.kind == Format::Kind::custom_columns) return print_columns(objects, format);
  std::vector<Json> items;
  for (const Json& object : objects) items.push_back(without_managed_fields(object));
  const Json document = as_list || items.size() != 1 ? list_of(std::move(items)) : std::move(items.front());
  if (format.kind == Format::Kind::json) return codec::kubectl_json(document);
  if (format.kind == Format::Kind::yaml) return codec::to_yaml(document, codec::KeyOrder::sorted);
  return print_document(document, format);
}

std::string print_manifest(const Json& object, const Format& format) {
  return format.kind == Format::Kind::json ? codec::pretty_json(object) : codec::to_yaml(object);
}

std::string print_report(const Json& report, const Format& format) {
  if (format.kind == Format::Kind::json) return indented_json(report);
  if (format.kind == Format::Kind::yaml) return codec::to_yaml(report);
  if (format.kind == Format::Kind::custom_columns) return print_columns(std::span(&report, 1), format);
  return print_document(report, format);
}

Json make_report(std::string_view kind) {
  Json report = Json::object();
  report["apiVersion"] = "kubectl-dba/v1";
  report["kind"] = kind;
  return report;
}

}  // namespace dba::output
