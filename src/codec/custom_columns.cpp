#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/paths.hpp"

#include "json_writer.hpp"
#include "numbers.hpp"

namespace dba::codec {

namespace {

/// Splits at the commas that do not stand inside brackets.
std::vector<std::string> split_columns(std::string_view spec) {
  std::vector<std::string> columns(1);
  int depth = 0;
  for (const char c : spec) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ',' && depth <= 0) {
      columns.emplace_back();
    } else {
      columns.back() += c;
    }
  }
  return columns;
}

std::string cell_text(const Json& value) {
  if (value.is_null()) return "<none>";
  if (value.is_string()) return neutralise_controls(value.get_ref<const std::string&>());
  if (value.is_number_float()) return go_number(value.get<double>());
  return neutralise_controls(write_json(value, {.sorted = true}));
}

}  // namespace

CustomColumns CustomColumns::parse(std::string_view spec) {
  if (spec.empty()) throw usage_error("custom-columns format specified but no custom columns given");
  CustomColumns columns;
  for (const std::string& column : split_columns(spec)) {
    const std::size_t colon = column.find(':');
    if (colon == std::string::npos) {
      throw usage_error(fmt::format("unexpected custom-columns spec: {}, expected <header>:<json-path-expr>", column));
    }
    columns.headers_.push_back(column.substr(0, colon));
    columns.paths_.push_back(JsonPath::parse(column.substr(colon + 1), JsonPath::Braces::optional));
  }
  return columns;
}

std::vector<std::string> CustomColumns::row(const Json& object) const {
  std::vector<std::string> cells;
  for (const JsonPath& path : paths_) {
    std::vector<std::string> texts;
    for (const Json& value : path.find(object)) texts.push_back(cell_text(value));
    cells.push_back(texts.empty() ? "<none>" : join(texts, ","));
  }
  return cells;
}

}  // namespace dba::codec
