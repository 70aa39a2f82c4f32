#pragma once
// The shapes behind schema.hpp as text, one field name or several of the same type a line:
//   name!: string        required (and without a default of the server's)
//   databases[]: string  list; labels{}: map with free keys
//   mode: A|B            closed set
//   issuerRef: @typedRef the block "@typedRef" of kSharedShapes
//   tls:                 object; its fields follow, two blanks deeper
//   volumes: any         not described further
// Scalars: string, int, bool, quantity (integer or string).
// @source KubeDB apimachinery crds/kubedb.com_mssqlservers.yaml and crds/ops.kubedb.com_mssqlserveropsrequests.yaml

#include <string_view>

namespace dba::mssql {

extern const std::string_view kSharedShapes;
extern const std::string_view kDatabaseShape;    ///< spec of MSSQLServer
extern const std::string_view kOpsRequestShape;  ///< spec of MSSQLServerOpsRequest

}  // namespace dba::mssql
