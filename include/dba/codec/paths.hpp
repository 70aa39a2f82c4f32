#pragma once
// The three little languages that address into an object: JSONPath templates, custom columns and --set assignments.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::codec {

/// kubectl's JSONPath dialect. @source client-go util/jsonpath; vectors in tests/unit/codec.
class JsonPath {
 public:
  enum class Braces { required, optional };  ///< optional: `.a.b` means `{.a.b}` (wait, sort-by, custom columns).
  /// @throws Error (usage) "error parsing jsonpath …".
  static JsonPath parse(std::string_view text, Braces braces = Braces::required);
  JsonPath(JsonPath&&) noexcept;
  JsonPath& operator=(JsonPath&&) noexcept;
  ~JsonPath();

  /// The template filled in; missing keys print nothing. @throws Error (usage) for an index out of bounds.
  std::string render(const Json& object) const;
  /// The values the (single) action selects; empty when nothing is there.
  std::vector<Json> find(const Json& object) const;

 private:
  struct Impl;
  explicit JsonPath(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "NAME:.metadata.name,ST:.status.phase". @throws Error (usage) with kubectl's text for a bad spec.
class CustomColumns {
 public:
  /// @throws Error (usage) for no column, one without ":", or a path that cannot be read.
  static CustomColumns parse(std::string_view spec);
  const std::vector<std::string>& headers() const { return headers_; }  ///< As typed, in order.
  std::vector<std::string> row(const Json& object) const;               ///< "<none>" where nothing is found.

 private:
  std::vector<std::string> headers_;
  std::vector<JsonPath> paths_;
};

/// One `--set PATH=VALUE`: PATH from the object's root, split at the first `=` outside `[]`; `[2]` and `[name=mssql]`
/// select in a list (the latter made when missing); VALUE is a YAML flow value; `\.` is a dot in a key.
/// @throws Error (usage) naming the assignment and the step that does not fit.
void apply_set(Json& object, std::string_view assignment);

}  // namespace dba::codec
