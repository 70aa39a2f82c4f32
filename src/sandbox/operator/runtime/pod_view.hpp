#pragma once
// What the operator reads out of a pod.

#include <cstdint>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "operator/runtime/store.hpp"

namespace dba::sandbox::kubedb {

bool is_terminating(const Json& object);
/// Condition Ready is True, and it is not terminating.
bool is_ready(const Json& pod);
/// Pods that the PetSet controls, terminating ones included, by name.
std::vector<Json> pods_of(const Store& store, const Json& petset);

}  // namespace dba::sandbox::kubedb
