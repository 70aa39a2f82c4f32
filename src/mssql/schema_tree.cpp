#include "schema_tree.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <utility>

#include "dba/base/text.hpp"

#include "schema_tables.hpp"

namespace dba::mssql {

namespace {

struct Line {
  std::size_t indent = 0;
  std::string text{};
};

std::vector<Line> shape_lines(std::string_view table) {
  std::vector<Line> lines;
  for (const std::string& line : split(table, '\n')) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent != std::string::npos) lines.push_back({indent, line.substr(indent)});
  }
  return lines;
}

/// Builds nodes from the tables, which are ours: no errors are possible that a test would not see at once.
class TreeBuilder {
 public:
  TreeBuilder() {
    define_shared();
    database_ = build_object(shape_lines(kDatabaseShape));
    ops_request_ = build_object(shape_lines(kOpsRequestShape));
  }
  const SchemaNode& database() const { return *database_; }
  const SchemaNode& ops_request() const { return *ops_request_; }

 private:
  using Lines = std::vector<Line>;

  /// Each "@name" line begins a block; blocks may refer to each other in any order, so their nodes are made first.
  void define_shared() {
    const Lines lines = shape_lines(kSharedShapes);
    for (const Line& line : lines) {
      if (line.text.front() == '@') shared_[line.text] = &nodes_.emplace_back(SchemaNode{.type = FieldType::object});
    }
    for (std::size_t i = 0; i < lines.size();) {
      std::size_t at = i + 1;
      while (at < lines.size() && lines[at].text.front() != '@') ++at;
      std::size_t first = i + 1;
      shared_.at(lines[i].text)->members = build_members(lines, first, lines[first].indent);
      i = at;
    }
  }

  const SchemaNode* build_object(const Lines& lines) {
    std::size_t at = 0;
    return &nodes_.emplace_back(SchemaNode{.type = FieldType::object, .members = build_members(lines, at, 0)});
  }

  /// The members at `indent` from line `at` on; `at` moves behind them.
  std::vector<SchemaMember> build_members(const Lines& lines, std::size_t& at, std::size_t indent) {
    std::vector<SchemaMember> members;
    while (at < lines.size() && lines[at].indent == indent && lines[at].text.front() != '@') {
      const std::string& text = lines[at].text;
      const std::size_t colon = text.find(':');
      const std::string type = trim(std::string_view(text).substr(colon + 1));
      ++at;
      const SchemaNode* leaf = nullptr;
      if (type.empty()) {
        SchemaNode object{.type = FieldType::object};
        if (at < lines.size() && lines[at].indent > indent) object.members = build_members(lines, at, lines[at].indent);
        leaf = &nodes_.emplace_back(std::move(object));
      } else {
        leaf = leaf_node(type);
      }
      for (const std::string& name : split(text.substr(0, colon), ' ')) members.push_back(member(name, leaf));
    }
    return members;
  }

  const SchemaNode* leaf_node(const std::string& type) {
    if (type.front() == '@') return shared_.at(type);
    static const std::map<std::string, FieldType, std::less<>> kScalars{{"string", FieldType::string},
                                                                        {"int", FieldType::integer},
                                                                        {"bool", FieldType::boolean},
                                                                        {"quantity", FieldType::quantity},
                                                                        {"any", FieldType::any}};
    if (const auto scalar = kScalars.find(type); scalar != kScalars.end()) {
      return &nodes_.emplace_back(SchemaNode{.type = scalar->second});
    }
    return &nodes_.emplace_back(SchemaNode{.type = FieldType::string, .allowed = split(type, '|')});
  }

  /// "databases[]!" → a required list of `leaf`.
  SchemaMember member(std::string name, const SchemaNode* leaf) {
    SchemaMember result{.node = leaf};
    if (name.back() == '!') {
      result.required = true;
      name.pop_back();
    }
    const std::string_view end = std::string_view(name).substr(name.size() < 2 ? 0 : name.size() - 2);
    if (end == "[]" || end == "{}") {
      const FieldType type = end == "[]" ? FieldType::list : FieldType::map;
      result.node = &nodes_.emplace_back(SchemaNode{.type = type, .element = leaf});
      name.resize(name.size() - 2);
    }
    result.name = std::move(name);
    return result;
  }

  std::deque<SchemaNode> nodes_{};  // A deque, so that pointers to nodes stay good.
  std::map<std::string, SchemaNode*, std::less<>> shared_{};
  const SchemaNode* database_ = nullptr;
  const SchemaNode* ops_request_ = nullptr;
};

}  // namespace

const SchemaNode& spec_shape(SchemaKind kind) {
  static const TreeBuilder kTree;
  return kind == SchemaKind::database ? kTree.database() : kTree.ops_request();
}

const SchemaMember* find_member(const SchemaNode& node, std::string_view name) {
  const auto found = std::find_if(node.members.begin(), node.members.end(),
                                  [name](const SchemaMember& member) { return member.name == name; });
  return found == node.members.end() ? nullptr : &*found;
}

}  // namespace dba::mssql
