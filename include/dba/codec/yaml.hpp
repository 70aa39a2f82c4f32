#pragma once
// YAML as kubectl reads and writes it: the YAML 1.1 scalar table, duplicate keys refused, alias bombs refused.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::codec {

struct Document {
  Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  /// 1-based line of a field ("spec.replicas", "spec.tls.certificates[0].alias"), or of its nearest parent; 0 =
  /// unknown.
  int line_of(std::string_view field_path) const;

  Json& value();  ///< What the document holds.
  const Json& value() const;
  std::map<std::string, int, std::less<>> lines{};

 private:
  std::unique_ptr<Json> value_;  ///< A pointer so that this header does not need the JSON library.
};

/// All documents of a YAML stream or of concatenated JSON objects; empty and comment-only ones are skipped, `*List`
/// kinds are flattened. UTF-8 with or without BOM.
/// @param source name for messages: the path, or "STDIN".
/// @throws Error (usage): "error parsing SOURCE: …: line N: …".
/// @source table of accepted plain scalars: kubectl's YAML 1.1 reader, checked row by row in tests/unit/codec.
std::vector<Document> parse_documents(std::string_view text, std::string_view source);
/// One YAML flow value of --set: "3", "[a, b]", "{x: 1}", "text".
Json parse_flow_value(std::string_view text, std::string_view source);

enum class KeyOrder { as_is, sorted };
/// Block style, two blanks, sequences not indented under their key, no line folding, strings quoted exactly when a
/// YAML 1.1 reader would take them for something else; final newline.
std::string to_yaml(const Json& value, KeyOrder order = KeyOrder::as_is);
/// Several objects, joined by "---" lines.
std::string to_yaml_stream(const std::vector<Json>& values, KeyOrder order = KeyOrder::as_is);

}  // namespace dba::codec
