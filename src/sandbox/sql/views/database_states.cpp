// How far each database is on each replica: the primary sees all, a secondary only its own.
// @source mssql.md 1.5 (columns, visibility matrix, LSNs), 1.6
#include <algorithm>

#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

using group::DatabaseCopy;
using group::Position;
using group::Replica;
using group::Role;
using group::Sync;

Coded coded_sync(Sync sync) {
  switch (sync) {
    case Sync::not_synchronizing:
      return {0, "NOT SYNCHRONIZING"};
    case Sync::synchronizing:
      return {1, "SYNCHRONIZING"};
    case Sync::synchronized:
      return {2, "SYNCHRONIZED"};
    case Sync::reverting:
      return {3, "REVERTING"};
    case Sync::initializing:
      return {4, "INITIALIZING"};
  }
  return {0, "NOT SYNCHRONIZING"};
}

std::int64_t kilobytes(Position from, Position to) {
  return to > from ? static_cast<std::int64_t>((to - from + 1) / 2) : 0;
}

Value moment(const Context& context, group::Time time) { return datetime_text(context.wall_at(time)); }

/// An LSN column is a number of 25 digits: text, as decimals are.
Value lsn(Position position, unsigned slot = 1) { return std::to_string(group::lsn_of(position, slot)); }

std::vector<Column> database_state_columns(const Context& context) {
  std::vector<Column> columns{{"database_id", kInt, false},
                              {"group_id", kGuid, false},
                              {"replica_id", kGuid, false},
                              {"group_database_id", kGuid, false},
                              {"is_local", kBit},
                              {"is_primary_replica", kBit},
                              {"synchronization_state", kTinyInt},
                              {"synchronization_state_desc", kDesc},
                              {"is_commit_participant", kBit},
                              {"synchronization_health", kTinyInt},
                              {"synchronization_health_desc", kDesc},
                              {"database_state", kTinyInt},
                              {"database_state_desc", kDesc},
                              {"is_suspended", kBit},
                              {"suspend_reason", kTinyInt},
                              {"suspend_reason_desc", kDesc},
                              {"recovery_lsn", kLsn},
                              {"truncation_lsn", kLsn},
                              {"last_sent_lsn", kLsn},
                              {"last_sent_time", kDatetime},
                              {"last_received_lsn", kLsn},
                              {"last_received_time", kDatetime},
                              {"last_hardened_lsn", kLsn},
                              {"last_hardened_time", kDatetime},
                              {"last_redone_lsn", kLsn},
                              {"last_redone_time", kDatetime},
                              {"log_send_queue_size", kBigInt},
                              {"log_send_rate", kBigInt},
                              {"redo_queue_size", kBigInt},
                              {"redo_rate", kBigInt},
                              {"filestream_send_rate", kBigInt},
                              {"end_of_log_lsn", kLsn},
                              {"last_commit_lsn", kLsn},
                              {"last_commit_time", kDatetime},
                              {"low_water_mark_for_ghosts", kBigInt},
                              {"secondary_lag_seconds", kBigInt},
                              {"quorum_commit_lsn", kLsn},
                              {"quorum_commit_time", kDatetime}};
  if (context.version.year >= 2025) columns.push_back({"is_internal", kBit});
  return columns;
}

constexpr unsigned kCommitSlot = 3;  ///< The record of a commit within its log block.
constexpr std::int64_t kLogSendRate = 39'000;

Value redo_rate(const Context& context, const Replica& replica) {
  const double rate = replica.condition.redo_rate.value_or(context.state->delays().redo_rate);
  return static_cast<std::int64_t>(rate);
}

/// Seconds from the oldest commit that the secondary has not redone until now.
std::int64_t lag_seconds(const Context& context, const DatabaseCopy& theirs, const DatabaseCopy& copy) {
  const group::Entry* const oldest = theirs.log.find_from(copy.redone);
  if (oldest == nullptr || copy.redone >= theirs.acked) return 0;
  return std::chrono::duration_cast<std::chrono::seconds>(context.now - oldest->record->appended).count();
}

/// The log columns of a row; `theirs` is the primary's own copy where the primary tells about a secondary.
void add_log(Row& row, const Context& context, const Replica& replica, const DatabaseCopy& copy,
             const DatabaseCopy* theirs) {
  constexpr int kLogColumns = 22;
  if (!copy.exists) {
    row.nulls(kLogColumns);
    return;
  }
  const bool primary = replica.role == Role::primary && theirs == nullptr;
  const auto reached = [&](Position position, group::Time at, unsigned slot = 1) {
    row.add(lsn(position, slot)).add(moment(context, at));
  };
  row.add(lsn(copy.counted)).add(lsn(0));
  if (primary) {
    row.nulls(4);
  } else {
    const bool sent_all = theirs != nullptr && replica.connected(context.now) && !replica.lost;
    reached(sent_all ? theirs->end : copy.end, sent_all ? theirs->appended_at : copy.appended_at);
    reached(copy.end, copy.appended_at);
  }
  reached(copy.hardened, copy.hardened_at);
  if (primary) {
    row.nulls(2);
  } else {
    reached(copy.redone, copy.redone_at, kCommitSlot);
  }
  if (theirs != nullptr) {
    row.add(Value(kilobytes(copy.hardened, theirs->end))).add(Value(kLogSendRate));
  } else {
    row.nulls(2);
  }
  if (primary) {
    row.nulls(2);
  } else {
    row.add(Value(kilobytes(copy.redone, copy.hardened))).add(redo_rate(context, replica));
  }
  row.nulls(1).add(lsn(copy.end));
  // On the primary's rows of secondaries stands what they have reported back.
  reached((primary ? copy.acked : copy.hardened) - 1, copy.committed_at, kCommitSlot);
  row.add(Value(std::int64_t{0}));
  row.add(theirs == nullptr ? Value(kNull) : Value(lag_seconds(context, *theirs, copy)));
  row.nulls(2);
}

/// What this replica knows of another's database, or of its own: a primary has heard nothing yet of one that has not
/// been attached to it since it was promoted.
const DatabaseCopy& known_copy(const Context& context, const Replica& replica, const std::string& name) {
  static const DatabaseCopy kNothing;
  const auto found = replica.databases.find(name);
  const bool known = replica.ordinal == context.self->ordinal || replica.sequence == context.self->sequence;
  return known && found != replica.databases.end() ? found->second : kNothing;
}

void add_row(Table& table, const Context& context, const Replica& replica, const std::string& name) {
  const bool local = replica.ordinal == context.self->ordinal;
  const DatabaseCopy& copy = known_copy(context, replica, name);
  if (local && !copy.exists) return;  // Before it is seeded there is no database to tell of.
  const bool leads = local && replica.role == Role::primary;
  Row row;
  row.add(context.database_id(name)).add(context.group_id()).add(context.replica_id(replica.ordinal));
  row.add(context.database_guid(name)).add(local).add(leads).add(coded_sync(copy.sync));
  row.add(leads || copy.participant).add(database_health(context, copy));
  if (local) {
    const auto database = std::ranges::find(context.databases, name, &DatabaseRow::name);
    row.add(coded_database_state(database == context.databases.end() ? 0 : database->state));
  } else {
    row.nulls(2);
  }
  row.add(copy.suspended);
  row.add(copy.suspended ? std::optional(Coded{2, "SUSPEND_FROM_REDO"}) : std::nullopt);
  const DatabaseCopy* const theirs = local ? nullptr : &context.self->databases.at(name);
  add_log(row, context, replica, copy, theirs);
  if (context.version.year >= 2025) row.add(false);
  table.rows.push_back(row.take());
}

Table database_replica_states(const Context& context) {
  Table table{database_state_columns(context), {}};
  if (!context.in_group()) return table;
  for (const std::string& name : context.state->settings().databases) {
    for (const Replica& replica : context.state->replicas()) {
      if (replica.ordinal == context.self->ordinal || context.is_primary()) add_row(table, context, replica, name);
    }
  }
  return table;
}

/// Metadata on every replica; only the primary knows who could take over without loss.
Table database_cluster_states(const Context& context) {
  Table table{{{"replica_id", kGuid, false},
               {"group_database_id", kGuid, false},
               {"database_name", kSysname},
               {"is_failover_ready", kBit},
               {"is_pending_secondary_suspend", kBit},
               {"is_database_joined", kBit},
               {"recovery_lsn", kLsn},
               {"truncation_lsn", kLsn}},
              {}};
  if (!context.in_group()) return table;
  for (const Replica& replica : context.state->replicas()) {
    for (const std::string& name : context.state->settings().databases) {
      const auto found = replica.databases.find(name);
      const bool there = found != replica.databases.end() && found->second.exists;
      const bool asked = context.is_primary() || replica.ordinal == context.self->ordinal;
      const bool ready = there && asked && known_copy(context, replica, name).sync == Sync::synchronized;
      Row row;
      row.add(context.replica_id(replica.ordinal)).add(context.database_guid(name)).add(name).add(ready).add(false);
      row.add(there).add(lsn(there ? found->second.acked : 0)).add(lsn(0));
      table.rows.push_back(row.take());
    }
  }
  return table;
}

}  // namespace

void add_database_state_views(std::vector<View>& list) {
  list.push_back({"dm_hadr_database_replica_states", database_replica_states});
  list.push_back({"dm_hadr_database_replica_cluster_states", database_cluster_states});
}

}  // namespace dba::sandbox::sqlserver::views
