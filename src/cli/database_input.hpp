#pragma once
// From flags and file to whole objects that are valid in themselves. Contacts nothing.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/database_spec.hpp"

#include "database_flags.hpp"

namespace dba::cli {

/// What a command takes besides flags.
struct InputRules {
  bool companions = false;       ///< Namespaces, secrets, services and issuers may stand in the file as well.
  bool version_required = true;  ///< False where the cluster can give the version.
  bool client_dry_run = false;   ///< Why the cluster cannot give it.
};

struct DatabaseInput {
  std::vector<Json> objects;              ///< In the order of the file; without one, the database alone.
  std::optional<std::size_t> database{};  ///< Which of them is the database.
  mssql::Notices notices{};               ///< What was decided for the user: told once something is sent or shown.

  Json& get_database();
};

/// Reads the file, lays the flags over its database, and checks what comes out. Warnings go to stderr.
/// @param verb for messages: "create"
/// @throws Error (usage) with every problem at once, with flag, field and line, those of AppContext::value_problems
///               included.
/// @effects may read stdin
DatabaseInput read_database_input(DatabaseFlags flags, const InputRules& rules, std::string_view verb,
                                  AppContext& context);

/// Tells the notices of the input on stderr, where they have not been told yet.
void tell_notices(DatabaseInput& input, AppContext& context);

/// Runs a check of the command's own flags; what it throws is told by read_database_input together with the rest.
/// @param flag "--output"; dropped where the failure begins with it
void check_along(AppContext& context, std::string_view flag, const std::function<void()>& check);

/// Writes `ns` into every namespaced object that names no namespace.
void fill_namespaces(DatabaseInput& input, std::string_view ns);

}  // namespace dba::cli
