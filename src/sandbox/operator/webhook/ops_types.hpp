#pragma once
// What the webhook asks of each type of ops request. @source kubedb.md 2.3

#include <optional>
#include <string>

#include "operator/webhook.hpp"

namespace dba::sandbox::kubedb {

struct OpsProblem {
  std::string field{}, message{};
};

/// The first thing that is wrong with a request of a known type for an existing database.
std::optional<OpsProblem> find_ops_problem(const Json& request, const Json& database, const Lookup& lookup);

}  // namespace dba::sandbox::kubedb
