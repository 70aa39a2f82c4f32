#include "yaml_resolver.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

#include "field_path.hpp"
#include "json_builder.hpp"
#include "numbers.hpp"
#include "yaml_scalar.hpp"
#include "yaml_source.hpp"

namespace dba::codec {

namespace {

constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

std::string_view kind_name(PlainScalar::Kind kind) {
  switch (kind) {
    case PlainScalar::Kind::null:
      return "null";
    case PlainScalar::Kind::boolean:
      return "bool";
    case PlainScalar::Kind::integer:
      return "int";
    case PlainScalar::Kind::real:
      return "float";
    case PlainScalar::Kind::timestamp:
      return "timestamp";
    case PlainScalar::Kind::text:
      break;
  }
  return "str";
}

/// Turns the written tree into JSON: types of scalars, aliases, merge keys.
class Resolver {
 public:
  Resolver(const YamlTree& tree, LineRecorder& lines) : tree_(tree), lines_(lines), busy_(tree.size()) {}

  Json resolve(std::size_t index, const std::string& path) {
    const YamlNode& node = tree_[index];
    count(node);
    if (++depth_ > kDeepest) throw YamlFailure(node.line, "nested too deeply");
    if (busy_[index]) throw YamlFailure(node.line, "an anchor's value contains itself");
    busy_[index] = true;
    Json value = resolve_kind(node, path);
    busy_[index] = false;
    --depth_;
    return value;
  }

 private:
  /// Aliases can make a small file enormous; what comes out is limited, in nodes and in bytes of text.
  void count(const YamlNode& node) {
    constexpr std::size_t kMostNodes = 1'000'000;
    constexpr std::size_t kMostBytes = 64U << 20U;
    bytes_ += node.text.size();
    if (++nodes_ > kMostNodes || bytes_ > kMostBytes) {
      throw YamlFailure(node.line, "document contains excessive aliasing or is too large");
    }
  }

  Json resolve_kind(const YamlNode& node, const std::string& path) {
    switch (node.kind) {
      case YamlNode::Kind::scalar:
        return resolve_scalar(node);
      case YamlNode::Kind::alias:
        return resolve(node.target, path);
      case YamlNode::Kind::sequence:
        return resolve_sequence(node, path);
      case YamlNode::Kind::mapping:
        break;
    }
    Json object = Json::object();
    fill_mapping(node, object, path);
    return object;
  }

  Json resolve_sequence(const YamlNode& node, const std::string& path) {
    Json array = Json::array();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const std::string child = lines_.is_full() ? "" : element_path(path, i);
      lines_.note(child, tree_[node.children[i]].line);
      array.push_back(resolve(node.children[i], child));
    }
    return array;
  }

  /// As in kubectl, what comes later wins, be it merged or written out; written out twice is an error.
  void fill_mapping(const YamlNode& node, Json& object, const std::string& path) {
    ObjectBuilder members(object);
    std::unordered_set<std::string> written;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const YamlNode& key_node = tree_[node.children[i]];
      if (is_merge_key(key_node)) {
        merge(node.children[i + 1], members, path);
        continue;
      }
      std::string key = resolve_key(node.children[i]);
      if (!written.insert(key).second) {
        throw YamlFailure(key_node.line, fmt::format("key \"{}\" already set in map", key));
      }
      const std::string child = lines_.is_full() ? "" : member_path(path, key);
      Json value = resolve(node.children[i + 1], child);
      lines_.note(child, key_node.line);
      put(members, std::move(key), std::move(value));
    }
  }

  static void put(ObjectBuilder& members, std::string key, Json value) {
    bool added = false;
    members.at(std::move(key), added) = std::move(value);
  }

  static bool is_merge_key(const YamlNode& key) {
    return key.kind == YamlNode::Kind::scalar && key.tag == "?" && key.text == "<<";
  }

  const YamlNode& follow_alias(const YamlNode& node) const {
    return node.kind == YamlNode::Kind::alias ? tree_[node.target] : node;
  }

  void merge(std::size_t index, ObjectBuilder& members, const std::string& path) {
    const YamlNode& node = follow_alias(tree_[index]);
    if (node.kind == YamlNode::Kind::mapping) {
      merge_mapping(index, members, path);
      return;
    }
    if (node.kind != YamlNode::Kind::sequence || tree_[index].kind == YamlNode::Kind::alias) fail_merge(index);
    // From the last to the first: of several maps in a list the earlier ones win.
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
      if (follow_alias(tree_[*child]).kind != YamlNode::Kind::mapping) fail_merge(index);
      merge_mapping(*child, members, path);
    }
  }

  [[noreturn]] void fail_merge(std::size_t index) const {
    throw YamlFailure(tree_[index].line, "map merge requires map or sequence of maps as the value");
  }

  void merge_mapping(std::size_t index, ObjectBuilder& members, const std::string& path) {
    Json merged = resolve(index, path);
    for (auto& [key, value] : merged.get_ref<Json::object_t&>()) put(members, key, std::move(value));
  }

  std::string resolve_key(std::size_t index) {
    const YamlNode& node = tree_[index];
    const YamlNode& target = follow_alias(node);
    if (target.kind != YamlNode::Kind::scalar) throw YamlFailure(node.line, "a map key must be a scalar");
    count(target);
    if (const double special = special_number(target); !std::isfinite(special)) {
      return std::isnan(special) ? ".nan" : special < 0 ? "-.inf" : ".inf";
    }
    const Json key = resolve_scalar(target);
    if (key.is_string()) return key.get<std::string>();
    if (key.is_boolean()) return key.get<bool>() ? "true" : "false";
    if (key.is_number_integer()) return std::to_string(key.get<std::int64_t>());
    if (key.is_number_float()) return go_number(static_cast<float>(key.get<double>()));
    throw YamlFailure(node.line, "null cannot be a map key");
  }

  /// .inf and .nan, which are text as a key and nothing at all as a value; 0 for every other scalar.
  static double special_number(const YamlNode& node) {
    const PlainScalar scalar = node.tag == "?" ? resolve_plain(node.text) : PlainScalar{};
    return scalar.kind == PlainScalar::Kind::real ? scalar.real : 0;
  }

  static Json resolve_scalar(const YamlNode& node) {
    if (node.tag == "?") return to_json(resolve_plain(node.text), node);
    if (!node.tag.starts_with(kStandardTag)) return Json(node.text);
    const std::string_view type = std::string_view(node.tag).substr(kStandardTag.size());
    if (type == "binary") return decode_binary(node);
    if (type != "null" && type != "bool" && type != "int" && type != "float") return Json(node.text);
    PlainScalar scalar = resolve_plain(node.text);
    if (type == "float" && scalar.kind == PlainScalar::Kind::integer) {
      scalar = {.kind = PlainScalar::Kind::real, .real = static_cast<double>(scalar.integer)};
    }
    if (kind_name(scalar.kind) != type) {
      throw YamlFailure(node.line,
                        fmt::format("cannot decode !!{} `{}` as a !!{}", kind_name(scalar.kind), node.text, type));
    }
    return to_json(scalar, node);
  }

  static Json to_json(const PlainScalar& scalar, const YamlNode& node) {
    switch (scalar.kind) {
      case PlainScalar::Kind::null:
        return Json();
      case PlainScalar::Kind::boolean:
        return Json(scalar.boolean);
      case PlainScalar::Kind::integer:
        return Json(scalar.integer);
      case PlainScalar::Kind::real:
        if (!std::isfinite(scalar.real)) {
          throw YamlFailure(node.line, fmt::format("json: unsupported value: {}", go_number(scalar.real)));
        }
        return Json(scalar.real);
      case PlainScalar::Kind::timestamp:
      case PlainScalar::Kind::text:
        break;
    }
    return Json(node.text);
  }

  static Json decode_binary(const YamlNode& node) {
    try {
      return Json(base64_decode(node.text));
    } catch (const Error&) {
      throw YamlFailure(node.line, "!!binary value contains invalid base64 data");
    }
  }

  const YamlTree& tree_;
  LineRecorder& lines_;
  std::vector<bool> busy_;  ///< Nodes being resolved right now: meeting one again means a cycle.
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

void LineRecorder::note(const std::string& path, std::size_t line) {
  left_ -= std::min(left_, path.size());
  if (!is_full()) lines_.insert_or_assign(path, static_cast<int>(line));
}

Json resolve_yaml(const YamlTree& tree, LineRecorder& lines) { return Resolver(tree, lines).resolve(0, ""); }

}  // namespace dba::codec
