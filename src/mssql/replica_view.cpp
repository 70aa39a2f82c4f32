#include "dba/mssql/replica_view.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace dba::mssql {

namespace {

sql::SqlError malformed(const std::string& what) {
  return sql::SqlError(sql::Phase::execute, sql::Failure::statement,
                       fmt::format("SQL Server answered in a form nobody asked for: {}", what));
}

/// One row of a result set by the names of its columns.
class Fields {
 public:
  Fields(const sql::ResultSet& set, const sql::Row& row) : set_(set), row_(row) {}

  Text text(std::string_view column) const {
    const auto found = std::find_if(set_.columns.begin(), set_.columns.end(),
                                    [column](const sql::Column& candidate) { return candidate.name == column; });
    const auto at = static_cast<std::size_t>(found - set_.columns.begin());
    if (at >= row_.size()) throw malformed(fmt::format("no column \"{}\"", column));
    return row_[at];
  }
  std::string word(std::string_view column) const { return text(column).value_or(""); }
  std::optional<std::int64_t> number(std::string_view column) const {
    const Text value = text(column);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error != std::errc() || end != value->data() + value->size())
      throw malformed(fmt::format("\"{}\" in column \"{}\" is no number", *value, column));
    return number;
  }
  std::optional<bool> flag(std::string_view column) const {
    const auto value = number(column);
    return value ? std::optional(*value != 0) : std::nullopt;
  }
  bool is_set(std::string_view column) const { return flag(column).value_or(false); }

 private:
  const sql::ResultSet& set_;
  const sql::Row& row_;
};

template <typename Item>
std::vector<Item> read_rows(const sql::ResultSet& set, Item (*read)(const Fields& fields)) {
  std::vector<Item> items;
  for (const sql::Row& row : set.rows) items.push_back(read(Fields(set, row)));
  return items;
}

ReplicaRow read_replica(const Fields& row) {
  return {.group = row.word("group_name"),
          .server = row.word("replica_server_name"),
          .distributed = row.is_set("is_distributed"),
          .local = row.is_set("is_local"),
          .role = row.text("role_desc"),
          .operational_state = row.text("operational_state_desc"),
          .connected_state = row.text("connected_state_desc"),
          .recovery_health = row.text("recovery_health_desc"),
          .synchronization_health = row.text("synchronization_health_desc"),
          .availability_mode = row.text("availability_mode_desc"),
          .failover_mode = row.text("failover_mode_desc"),
          .secondary_access = row.text("secondary_access"),
          .join_state = row.text("join_state_desc"),
          .sequence_number = row.text("sequence_number"),
          .primary_replica = row.text("primary_replica"),
          .cluster_type = row.text("cluster_type_desc"),
          .required_secondaries = row.number("required_secondaries"),
          .connect_error_number = row.number("last_connect_error_number"),
          .connect_error = row.text("last_connect_error_description"),
          .connect_error_at = row.text("last_connect_error_timestamp")};
}

DatabaseRow read_database(const Fields& row) {
  return {.group = row.word("group_name"),
          .server = row.word("replica_server_name"),
          .database = row.word("database_name"),
          .distributed = row.is_set("is_distributed"),
          .local = row.is_set("is_local"),
          .failover_ready = row.flag("is_failover_ready"),
          .joined = row.flag("is_database_joined"),
          .suspended = row.flag("is_suspended"),
          .synchronization_state = row.text("synchronization_state_desc"),
          .synchronization_health = row.text("synchronization_health_desc"),
          .database_state = row.text("database_state_desc"),
          .suspend_reason = row.text("suspend_reason_desc"),
          .log_send_queue_kb = row.number("log_send_queue_kb"),
          .log_send_rate_kbps = row.number("log_send_rate_kbps"),
          .redo_queue_kb = row.number("redo_queue_kb"),
          .redo_rate_kbps = row.number("redo_rate_kbps"),
          .lag_seconds = row.number("secondary_lag_seconds"),
          .last_hardened_lsn = row.text("last_hardened_lsn"),
          .last_redone_lsn = row.text("last_redone_lsn"),
          .end_of_log_lsn = row.text("end_of_log_lsn"),
          .last_commit_lsn = row.text("last_commit_lsn"),
          .last_commit_time = row.text("last_commit_time")};
}

LocalDatabase read_local_database(const Fields& row) {
  return {
      .name = row.word("name"), .state = row.text("state_desc"), .in_group = row.text("group_database_id").has_value()};
}

const sql::Row& only_row(const sql::ResultSet& set) {
  if (set.rows.size() != 1) throw malformed("the instance describes itself not once");
  return set.rows.front();
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

}  // namespace

SqlRole read_sql_role(const sql::ResultSet& instance, const sql::ResultSet& roles) {
  const Fields self(instance, only_row(instance));
  SqlRole role{.server_name = self.word("server_name")};
  role.role = self.is_set("is_hadr_enabled") ? kSqlNoGroup : kSqlStandalone;
  for (const sql::Row& cells : roles.rows) {
    const Fields row(roles, cells);
    if (row.is_set("is_distributed")) {
      role.distributed_role = row.text("role_desc");
    } else {
      role.role = row.text("role_desc").value_or("UNKNOWN");
      role.operational_state = row.text("operational_state_desc");
      role.group = row.word("group_name");
      role.sequence_number = row.word("sequence_number");
    }
  }
  return role;
}

InstanceView read_instance(const std::vector<sql::ResultSet>& sets) {
  if (sets.size() != 5) throw malformed(fmt::format("{} result sets instead of 5", sets.size()));
  const Fields self(sets[0], only_row(sets[0]));
  return {.role = read_sql_role(sets[0], sets[1]),
          .version = self.word("product_version"),
          .update_level = self.word("update_level"),
          .edition = self.word("edition"),
          .replicas = read_rows(sets[2], read_replica),
          .databases = read_rows(sets[3], read_database),
          .local_databases = read_rows(sets[4], read_local_database)};
}

int compare_lsn(std::string_view a, std::string_view b) {
  a = without_zeros(a);
  b = without_zeros(b);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

}  // namespace dba::mssql
