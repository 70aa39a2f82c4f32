#pragma once
// Objects in tests, written as YAML.

#include <string_view>

#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/codec/yaml.hpp"

namespace dba::test {

inline Json yaml(std::string_view text) { return codec::parse_documents(text, "test").at(0).value(); }

}  // namespace dba::test
