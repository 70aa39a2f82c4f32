#pragma once
// A YAML document as it is written, before tags, aliases and merge keys are worked out. The only door to yaml-cpp.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dba::codec {

struct YamlNode {
  enum class Kind { scalar, sequence, mapping, alias };
  Kind kind = Kind::scalar;
  std::string tag{};   ///< "?" plain, "!" quoted or block, else the full tag.
  std::string text{};  ///< Of a scalar.
  std::size_t line = 0;
  std::size_t target = 0;               ///< Of an alias: the node it stands for.
  std::vector<std::size_t> children{};  ///< Elements, or keys and values in turn.
};

/// Nodes refer to each other by index; the root is node 0; empty when the document is.
using YamlTree = std::vector<YamlNode>;

/// @param first_line the line number of the first line of `text`.
/// @throws YamlFailure for bad syntax and for anything behind the document.
YamlTree compose_yaml(std::string_view text, std::size_t first_line);

}  // namespace dba::codec
