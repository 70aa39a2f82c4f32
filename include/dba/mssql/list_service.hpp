#pragma once
// Databases with the primaries of their pods: two list calls in parallel, however many there are.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/kube/client.hpp"
#include "dba/mssql/summary.hpp"
#include "dba/platform/clock.hpp"

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
/// Follows databases and pods by watch: hands over the list as it is, then after every change, until `on_list` returns
/// false or `deadline` passes.
/// @throws ApiError when the databases cannot be followed; pods that cannot be followed are an entry of `errors`.
///         Error (interrupted) when the client is asked to stop; (timed_out) when nothing was seen until `deadline`.
void follow_databases(kube::Client& client, const ListRequest& request, platform::SteadyTime deadline,
                      const std::function<bool(const ListResult& result)>& on_list);
/// {"apiVersion":"kubectl-dba/v1","kind":"DatabaseList","items":[…],"partial":…,"errors":[…]}
Json to_json(const ListResult& result);

}  // namespace dba::mssql
