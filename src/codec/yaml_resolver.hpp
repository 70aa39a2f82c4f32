#pragma once
// From the written YAML tree to JSON: types of scalars, aliases, merge keys, and where each field stands.

#include <cstddef>
#include <map>
#include <string>

#include "dba/codec/json.hpp"

#include "yaml_tree.hpp"

namespace dba::codec {

using Lines = std::map<std::string, int, std::less<>>;

/// Remembers where fields stand, up to a fixed amount of memory: aliases can make millions of long paths.
class LineRecorder {
 public:
  void note(const std::string& path, std::size_t line);
  Lines take() { return std::move(lines_); }

 private:
  Lines lines_;
  std::size_t used_ = 0;
};

/// @throws YamlFailure for repeated keys, cycles, wrong tags, too many nodes, numbers that JSON cannot hold.
Json resolve_yaml(const YamlTree& tree, LineRecorder& lines);

}  // namespace dba::codec
