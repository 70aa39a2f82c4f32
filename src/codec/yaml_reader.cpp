#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"

#include "field_path.hpp"
#include "json_parser.hpp"
#include "yaml_resolver.hpp"
#include "yaml_source.hpp"
#include "yaml_tree.hpp"

namespace dba::codec {

namespace {

bool is_list(const Json& value) {
  const Json* items = find_at(value, {"items"});
  return string_at(value, {"kind"}).ends_with("List") && items != nullptr && items->is_array();
}

/// The lines of the fields below `prefix`, with the prefix taken off.
Lines lines_below(const Lines& lines, const std::string& prefix) {
  Lines below;
  for (auto at = lines.lower_bound(prefix); at != lines.end() && at->first.starts_with(prefix); ++at) {
    std::string_view rest = std::string_view(at->first).substr(prefix.size());
    if (rest.starts_with('.')) rest.remove_prefix(1);
    below.emplace(rest, at->second);
  }
  return below;
}

/// Appends a document, or in place of a list the objects in it.
void append_flattened(std::vector<Document>& documents, Json value, Lines lines) {
  if (!is_list(value)) {
    Document document;
    document.value() = std::move(value);
    document.lines = std::move(lines);
    documents.push_back(std::move(document));
    return;
  }
  Json& items = value["items"];
  for (std::size_t i = 0; i < items.size(); ++i) {
    append_flattened(documents, std::move(items[i]), lines_below(lines, element_path("items", i)));
  }
}

/// Concatenated JSON values; absent with the reason in `failure` when the text is something else.
std::optional<std::vector<Document>> read_json_stream(std::string_view text, std::optional<YamlFailure>& failure) {
  std::vector<Document> documents;
  std::size_t offset = 0;
  // Lines are counted on from one key to the next: counting from the top each time would be quadratic.
  std::size_t counted = 0;
  std::size_t line = 1;
  const auto line_at = [&](std::size_t at) {
    for (; counted < at; ++counted) line += text[counted] == '\n' ? 1U : 0U;
    return line;
  };
  for (;;) {
    offset = text.find_first_not_of(" \t\n", offset);
    if (offset == std::string_view::npos) return documents;
    LineRecorder lines;
    lines.note("", line_at(offset));
    Json value;
    const auto observe = [&](const std::string& path, std::size_t at, bool repeated) {
      lines.note(path, line_at(at));
      return repeated ? fmt::format("key \"{}\" already set in map", path) : "";
    };
    if (const auto wrong = read_json(text, offset, value, observe)) {
      failure.emplace(position_of(text, wrong->offset).line, wrong->why);
      return std::nullopt;
    }
    if (!value.is_null()) append_flattened(documents, std::move(value), lines.take());
  }
}

std::vector<Document> read_yaml_stream(std::string_view text) {
  check_characters(text);
  std::vector<Document> documents;
  for (const Chunk& chunk : split_documents(text)) {
    const YamlTree tree = compose_yaml(chunk.text, chunk.first_line);
    if (tree.empty()) continue;
    LineRecorder lines;
    lines.note("", tree.front().line);
    Json value = resolve_yaml(tree, lines);
    if (!value.is_null()) append_flattened(documents, std::move(value), lines.take());
  }
  return documents;
}

std::vector<Document> read_stream(std::string_view bytes) {
  const std::string text = decode_source(bytes);
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos || text[first] != '{') return read_yaml_stream(text);
  // A leading brace is JSON, or else the flow style of YAML. When it is neither, a quote behind it says what was meant.
  std::optional<YamlFailure> json_failure;
  if (auto documents = read_json_stream(text, json_failure)) return std::move(*documents);
  const std::size_t second = text.find_first_not_of(" \t\n", first + 1);
  const bool meant_json = second == std::string::npos || text[second] == '"';
  try {
    return read_yaml_stream(text);
  } catch (const YamlFailure&) {
    if (meant_json) throw *json_failure;
    throw;
  }
}

Error reading_error(std::string_view source, const YamlFailure& failure) {
  return usage_error(fmt::format("error parsing {}: error converting YAML to JSON: yaml: line {}: {}", source,
                                 failure.line, failure.what()));
}

bool is_flow_start(std::string_view value) {
  return !value.empty() && std::string_view("[{\"'").find(value.front()) != std::string_view::npos;
}

/// A value that starts with a bracket or a quote must end with it too: `"a": b` is a map in block style.
YamlTree compose_flow(std::string_view value) {
  YamlTree tree = compose_yaml(value, 1);
  const bool quoted = value.front() == '"' || value.front() == '\'';
  if (quoted && tree.front().kind != YamlNode::Kind::scalar) {
    throw YamlFailure(1, "unexpected text after the quoted string");
  }
  return tree;
}

}  // namespace

Document::Document() : value_(std::make_unique<Json>()) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;
Json& Document::value() { return *value_; }
const Json& Document::value() const { return *value_; }

int Document::line_of(std::string_view field_path) const {
  for (;; field_path = parent_path(field_path)) {
    if (const auto found = lines.find(field_path); found != lines.end()) return found->second;
    if (field_path.empty()) return 0;
  }
}

std::vector<Document> parse_documents(std::string_view text, std::string_view source) {
  try {
    return read_stream(text);
  } catch (const YamlFailure& failure) {
    throw reading_error(source, failure);
  }
}

Json parse_flow_value(std::string_view text, std::string_view source) {
  try {
    check_characters(text);
    const std::string value = trim(text);
    const YamlTree tree = is_flow_start(value) ? compose_flow(value) : YamlTree{{.tag = "?", .text = value, .line = 1}};
    LineRecorder lines;
    return resolve_yaml(tree, lines);
  } catch (const YamlFailure& failure) {
    throw usage_error(fmt::format("error parsing {}: {}", source, failure.what()));
  }
}

}  // namespace dba::codec
