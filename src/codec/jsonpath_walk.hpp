#pragma once
// Evaluation of JSONPath steps over a document.

#include <stdexcept>
#include <vector>

#include "dba/codec/json.hpp"

#include "jsonpath_ast.hpp"

namespace dba::codec::jsonpath {

/// A step that cannot be done on the values it got.
struct WalkError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Values inside the document, or literals inside the template: both must outlive it.
using Values = std::vector<const Json*>;

/// @throws WalkError.
Values walk(const Steps& steps, Values values);

}  // namespace dba::codec::jsonpath
