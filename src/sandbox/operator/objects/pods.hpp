#pragma once
// What the petset controller makes of a PetSet: pods with their ordinals, and their claims. @source kubedb.md 4

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

std::string pod_name(std::string_view petset, std::int64_t ordinal);
/// The ordinal of a pod of that PetSet; -1 when its name is not of the form.
std::int64_t ordinal_of(std::string_view pod, std::string_view petset);
/// "X-<hash of the template>", the value of the label controller-revision-hash.
std::string revision_of(const Json& petset);
/// @param node where it is to run; empty = left to a scheduler
Json build_pod(const Json& petset, std::int64_t ordinal, std::string_view node);
/// "<template>-<pod>" for each volumeClaimTemplate.
std::vector<Json> build_claims(const Json& petset, std::int64_t ordinal);

}  // namespace dba::sandbox::kubedb
