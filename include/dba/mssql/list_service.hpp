#pragma once
// Databases with the primaries of their pods: two list calls in parallel, however many there are.

#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/client.hpp"
#include "dba/mssql/summary.hpp"

namespace dba::mssql {

/// @throws Error (usage) saying what is wrong with a label selector such as "team=payments,tier in (gold, silver)".
void check_label_selector(std::string_view text);

struct ListRequest {
  std::string ns{};              ///< Empty = all namespaces.
  std::string label_selector{};  ///< Of the databases.
};
struct ListResult {
  DatabaseList list{};
  std::vector<std::string> errors{};  ///< What could not be read; the list is partial then.
};

/// @throws ApiError when the databases cannot be listed; pods that cannot be listed are an entry of `errors`.
ListResult list_databases(kube::Client& client, const ListRequest& request);
/// {"apiVersion":"kubectl-dba/v1","kind":"DatabaseList","items":[…],"partial":…,"errors":[…]}
Json to_json(const ListResult& result);

}  // namespace dba::mssql
