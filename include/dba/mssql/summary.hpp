#pragma once
// The rows of `list`: databases joined with the role labels of their pods. Takes objects one by one and keeps only the
// few fields it shows, so thousands of databases cost little; the order of databases and pods does not matter.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/table_column.hpp"

namespace dba::mssql {

class DatabaseList {
 public:
  DatabaseList();
  ~DatabaseList();
  DatabaseList(DatabaseList&&) noexcept;
  DatabaseList& operator=(DatabaseList&&) noexcept;

  /// Once more: as it is now.
  void add_database(const Json& database);
  /// A running pod or its PartialObjectMetadata (which says nothing of its phase: select by it when listing). Pods that
  /// belong to no MSSQLServer, and terminating ones, count for nothing.
  void add_pod(const Json& pod);
  void remove_database(const Json& database);  ///< What was deleted, by namespace and name.
  void remove_pod(const Json& pod);            ///< The same for a pod.
  void clear_databases();                      ///< When the list starts again.
  void clear_pods();                           ///< When their list starts again.
  /// The pods could not be listed: PRIMARY shows "<unknown>".
  void pods_unknown();

  std::size_t size() const;  ///< Databases so far.
  /// [NAMESPACE] NAME MODE VERSION STATUS REPLICAS PRIMARY AGE, wide: EDITION STORAGE DELETION-POLICY ISSUER.
  static std::vector<TableColumn> columns(bool with_namespace);
  /// Sorted by namespace and name. REPLICAS is running pods of the replicas / wanted ("2/3"), STATUS the
  /// phase, or "Terminating" for a database that is being deleted.
  std::vector<std::vector<std::string>> rows(bool with_namespace, WallTime now) const;
  /// One object a database in the order of rows(), every field always there: null for what is unknown.
  std::vector<Json> items() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::mssql
