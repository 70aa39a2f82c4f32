#pragma once
// From flags to the MSSQLServer object: pure, so that `generate`, `create`, `apply` and `diff` cannot differ.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/database_options.hpp"
#include "dba/mssql/findings.hpp"

namespace dba::mssql {

/// What the user should know about the object that was built ("edition Developer, because …"); one line each, for
/// stderr.
using Notices = std::vector<std::string>;

/// The object of the flags, laid over `base` when there is one, then --set in order. A flag that was not given leaves
/// its field absent (or as the base has it); what design calls "=" defaults are filled in only where the base has
/// nothing. The version is not chosen here: look with has_version() and set options.version from the catalog. Keys
/// stand in the order a person would write them.
///
/// @param base      one MSSQLServer of a file, or nullptr.
/// @param problems  gets every malformed flag value and every conflict between flags; such a flag is left out, so that
///                  the object can still be judged by its other fields.
/// The finished object is not judged: call check_database().
Json build_database(const DatabaseOptions& options, const Json* base, Notices& notices, Findings& problems);

/// Whether spec.version is there.
bool has_version(const Json& database);

/// A copy with the keys of an MSSQLServer in the order a person would write them; unknown keys follow in their own
/// order.
Json in_written_order(const Json& database);

/// What the typed value of an enum flag means, in any case and with or without hyphens.
/// @throws Error (usage) listing the values, e.g. `--storage-type: "x" is not one of durable, ephemeral`.
std::string parse_topology(std::string_view text);          ///< "", "AvailabilityGroup", "DistributedAG"
std::string parse_secondary_access(std::string_view text);  ///< "Passive", "ReadOnly", "All"
std::string parse_storage_type(std::string_view text);      ///< "Durable", "Ephemeral"
std::string parse_deletion_policy(std::string_view text);   ///< "Halt", "Delete", "WipeOut", "DoNotTerminate"
std::string parse_monitor_agent(
    std::string_view text);  ///< "prometheus.io/operator", "prometheus.io", "prometheus.io/builtin"

/// One value of --certificate as the entry of spec.tls.certificates[]; also used by ops reconfigure-tls.
/// @throws Error (usage) naming the part that is wrong.
Json parse_certificate(std::string_view text);

/// A container's resources from resource flags; only what was given is there.
struct ResourceFlags {
  std::optional<std::string> cpu{}, memory{};  ///< Shorthands: request, and request with limit.
  std::optional<std::string> cpu_request{}, memory_request{}, cpu_limit{}, memory_limit{};
  bool any() const;  ///< Whether a flag was given.
};
/// {"requests": {…}, "limits": {…}} laid over `base`. Quantities that are no whole bytes are rounded up and told.
/// @param problems gets every unreadable or negative quantity with its flag; such a flag is left out.
Json build_resources(const ResourceFlags& flags, const Json& base, Notices& notices, Problems& problems);

/// The placeholder LoadBalancer Service of a distributed group, made before the database so that its address is known;
/// it is named like the database, which adopts it.
/// @param ns empty = none is written
/// @throws Error (usage) with what is wrong with a name that no database, or no namespace, can have.
Json make_dag_service(std::string_view database, std::string_view ns);

}  // namespace dba::mssql
