#pragma once
// Candidates for values that more than one command takes.

#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

Completions complete_files(AppContext& context, std::string_view prefix);        ///< Left to the shell.
Completions complete_directories(AppContext& context, std::string_view prefix);  ///< Left to the shell.

/// Names of the merged kubeconfig.
Completions complete_contexts(AppContext& context, std::string_view prefix);
Completions complete_clusters(AppContext& context, std::string_view prefix);
Completions complete_users(AppContext& context, std::string_view prefix);

/// @effects one LIST of namespaces
Completions complete_namespaces(AppContext& context, std::string_view prefix);
/// MSSQLServers of the namespace in use, with "Ready, 3 replicas" as description.
/// @effects one LIST of mssqlservers.kubedb.com
Completions complete_databases(AppContext& context, std::string_view prefix);

/// Pods of the database whose name stands in `database` by then, with their role. @effects one LIST of pods
Completer complete_replicas(const std::string& database);
/// Databases of the availability group that stands in `database` by then. @effects one GET
Completer complete_group_databases(const std::string& database);

/// Candidates from a fixed list, in its order: for flags whose set is closed but not by `one_of`.
Completer complete_words(std::vector<std::string> words);

}  // namespace dba::cli
