#pragma once
// The commands for Microsoft SQL Server, one file each. A new one is declared here and listed in src/cli/root.cpp.

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

Command apply_command();
Command create_command();
Command delete_command();
Command diff_command();
Command generate_command();
Command issuer_command();  ///< The group: create, check.
Command issuer_create_command();
Command generate_issuer_command();  ///< Below `generate`, as the next one.
Command generate_dag_service_command();
Command list_command();
Command port_forward_command();
Command query_command();
Command replicas_command();
Command roles_command();
Command versions_command();
Command wait_command();

}  // namespace dba::cli
