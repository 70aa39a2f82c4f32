#pragma once
// Label and field selectors.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/api.hpp"
#include "api/resource.hpp"

namespace dba::sandbox::api {

struct LabelRequirement {
  enum class Operator { equal, in, not_equal, not_in, exists, missing, greater, less };
  std::string key{};
  Operator op = Operator::exists;
  std::vector<std::string> values{};
};
/// @throws StatusError 400 in the words of the API server's parser.
std::vector<LabelRequirement> parse_label_selector(std::string_view text);
/// A LabelSelector (matchLabels, matchExpressions) as text, in the API server's order: "app=web,!old,tier in (a,b)".
/// Empty for the one that selects everything.
std::string selector_text(const Json& selector);

struct FieldRequirement {
  std::string path{}, value{};
  bool equal = true;
};
/// @throws StatusError 400 also for a field that `type` cannot be selected by.
std::vector<FieldRequirement> parse_field_selector(const Resource& type, std::string_view text);

/// Both selectors of a list or a watch, ready to judge objects.
class Filter {
 public:
  Filter(const Resource& type, const Selectors& selectors);
  bool matches(const Json& object) const;
  bool everything() const { return labels_.empty() && fields_.empty(); }

 private:
  std::vector<LabelRequirement> labels_;
  std::vector<FieldRequirement> fields_;
};

}  // namespace dba::sandbox::api
