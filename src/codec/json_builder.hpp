#pragma once
// Builds a JSON tree from a parser's events: bounded depth, no quadratic search for equal keys.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "dba/codec/json.hpp"

namespace dba::codec {

/// Deeper documents are refused everywhere, so that recursive code over a tree cannot exhaust the stack.
inline constexpr std::size_t kDeepest = 1000;

/// The members of an object under construction.
class ObjectBuilder {
 public:
  explicit ObjectBuilder(Json& object) : object_(&object) {}

  /// The value of `key`, new or the one that is there already (`added` says which).
  Json& at(std::string key, bool& added);
  Json& object() const { return *object_; }

 private:
  Json* object_;
  std::unordered_map<std::string, std::size_t> index_{};  ///< Filled once a search through all members gets slow.
};

}  // namespace dba::codec
