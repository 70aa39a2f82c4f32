#pragma once
// What one replica knows when somebody asks one of its views.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"

#include "sql/group/group_state.hpp"
#include "sql/server/settings.hpp"
#include "tsql/host.hpp"

namespace dba::sandbox::sqlserver::views {

/// A database of the instance, with what sys.databases says of it.
struct DatabaseRow {
  int id = 0;
  std::string name{};
  bool in_group = false;
  int state = 0;  ///< 0 ONLINE, 1 RESTORING, 2 RECOVERING, 3 RECOVERY_PENDING
  WallTime created{};
};

struct SessionRow {
  int spid = 0;
  std::string login{}, application{}, host{}, database{};
  int open_transactions = 0;
  WallTime since{};
};

/// When the endpoint's certificate runs out.
struct CertificateRow {
  std::string name{}, subject{}, issuer{};
  WallTime begins{}, expires{};
};

struct Context {
  std::uint64_t seed = 0;  ///< Of the world: what the ids are made of.
  const DatabaseSettings& settings;
  Version version{};
  const group::GroupState* state = nullptr;  ///< Null on a standalone.
  const group::Replica* self = nullptr;
  group::Time now{};
  WallTime wall{};     ///< The same moment.
  WallTime started{};  ///< The process.
  std::string current_database{};
  std::vector<DatabaseRow> databases{};
  std::vector<SessionRow> sessions{};
  std::vector<CertificateRow> certificates{};

  /// There is a group and this replica belongs to it.
  bool in_group() const { return state != nullptr && self != nullptr && self->joined; }
  bool is_primary() const { return self != nullptr && self->role == group::Role::primary; }
  std::string pod_of(int ordinal) const;
  WallTime wall_at(group::Time time) const;
  /// The database's number on this instance; 0 when it is not there.
  int database_id(std::string_view name) const;
  std::string guid(std::string_view purpose) const;
  std::string group_id() const { return guid("group"); }
  std::string replica_id(int ordinal) const;
  std::string database_guid(std::string_view name) const;
};

/// A view by its name ("sys.availability_groups"); absent when this version has none of the name.
std::optional<Table> find_view(const Context& context, std::string_view name);
/// The names of all of them.
std::vector<std::string> view_names();

}  // namespace dba::sandbox::sqlserver::views
