#include "api/schemas.hpp"

#include <map>
#include <mutex>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/yaml.hpp"

#include "api/json_values.hpp"

namespace dba::sandbox::api {

namespace {

Json read(std::string_view name) {
  for (const SchemaText& text : schema_texts()) {
    if (text.name == name) return codec::parse_documents(text.yaml, name).at(0).value();
  }
  throw Error(ExitCode::unexpected, fmt::format("there is no schema \"{}\"", name));
}

Json definitions() {
  Json all = read("shared");
  all.update(read("init_script"));
  return all;
}

/// What stands beside a $ref (a default) is laid over what it refers to.
void resolve(Json& node, const Json& known) {
  if (const Json* reference = member(node, "$ref"); reference != nullptr) {
    const Json* meant = member(known, reference->get<std::string>());
    if (meant == nullptr) throw Error(ExitCode::unexpected, "unknown definition " + reference->dump());
    Json resolved = *meant;
    node.erase("$ref");
    resolved.update(node);
    node = std::move(resolved);
  }
  if (Json* properties = member(node, "properties"); properties != nullptr) {
    for (Json& property : *properties) resolve(property, known);
  }
  for (const char* key : {"items", "additionalProperties"}) {
    if (Json* below = member(node, key); below != nullptr) resolve(*below, known);
  }
}

}  // namespace

std::shared_ptr<const Json> schema_of(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Json>, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  static const Json shared = definitions();
  Json schema = read(name);
  resolve(schema, shared);
  return known.emplace(name, std::make_shared<const Json>(std::move(schema))).first->second;
}

}  // namespace dba::sandbox::api
