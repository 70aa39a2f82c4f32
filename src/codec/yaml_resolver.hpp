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
  /// True when nothing more is noted and paths need not be made.
  bool is_full() const { return left_ == 0; }
  Lines take() { return std::move(lines_); }

 private:
  Lines lines_;
  std::size_t left_ = std::size_t{4} << 20U;  ///< Bytes of paths.
};

/// @throws YamlFailure for repeated keys, cycles, wrong tags, too many nodes, numbers that JSON cannot hold.
Json resolve_yaml(const YamlTree& tree, LineRecorder& lines);

}  // namespace dba::codec
