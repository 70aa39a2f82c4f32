#pragma once
// The schemas of custom resources, from schemas/*.yaml: openAPIV3Schema in the dialect of CRDs, where "$ref: name"
// stands for a definition of shared.yaml or init_script.yaml.

#include <memory>
#include <span>
#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::sandbox::api {

struct SchemaText {
  std::string_view name;  ///< File name without ".yaml".
  std::string_view yaml;
};
/// What was built in.
std::span<const SchemaText> schema_texts();

/// The schema of that file, every $ref replaced; the same object for the same name.
/// @throws Error (unexpected) when there is none or it names an unknown definition.
std::shared_ptr<const Json> schema_of(std::string_view name);

}  // namespace dba::sandbox::api
