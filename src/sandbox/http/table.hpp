#pragma once
// `kubectl get` as the server prints it: the columns of every kind and one object's cells.
// @source columns and texts: kube-apiserver 1.36; custom resources: additionalPrinterColumns of their CRDs.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

#include "api/resource.hpp"

namespace dba::sandbox::http {

struct TableColumn {
  std::string_view name{}, description{};
  std::string_view type = "string";
  int priority = 0;  ///< 1: only with -o wide.
};

/// How a built-in kind is printed. `cells` gives as many cells as there are columns.
struct TableKind {
  std::string_view group{}, plural{};
  std::vector<TableColumn> columns{};
  std::function<Json(const Json& object, WallTime now)> cells{};
};

Json column_definitions(const api::Resource& type);
Json table_cells(const api::Resource& type, const Json& object, WallTime now);

/// The kinds each file knows.
std::span<const TableKind> pod_tables();
std::span<const TableKind> workload_tables();
std::span<const TableKind> network_tables();
std::span<const TableKind> storage_tables();
std::span<const TableKind> cluster_tables();
std::span<const TableKind> access_tables();

}  // namespace dba::sandbox::http
