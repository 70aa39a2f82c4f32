#pragma once
// The flags of create, generate, apply and diff: one list, so that what one of them accepts, all do.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/spec.hpp"
#include "dba/mssql/database_options.hpp"

namespace dba::cli {

/// The flags as they were typed, and the files they name.
struct DatabaseFlags {
  mssql::DatabaseOptions database{};
  std::optional<std::string> file{};         ///< --file: the base the flags are laid over; "-" is stdin.
  std::optional<std::string> config_file{};  ///< --config-file: a mssql.conf.
};

/// `flags` must outlive parsing.
std::vector<Flag> database_flags(DatabaseFlags& flags);
/// The argument NAME; the file may name the database instead.
Argument database_name_argument(DatabaseFlags& flags);

/// Names of the version catalog.
Completions complete_versions(AppContext& context, std::string_view prefix);

/// The flags of `create` and `apply` that make what the database needs.
struct SurroundingsOptions {
  bool with_issuer = false;
  bool create_namespace = false;
};
std::vector<Flag> surroundings_flags(SurroundingsOptions& options);

}  // namespace dba::cli
