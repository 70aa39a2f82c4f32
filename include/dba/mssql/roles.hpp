#pragma once
// Who leads: what SQL Server itself says, against the labels of the pods and the endpoints of the Services. Without SQL
// every sqlRole is unknown, and labels decide.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/ask_replicas.hpp"
#include "dba/mssql/table_column.hpp"

namespace dba::mssql {

struct ReplicaRole {
  std::string pod{}, uid{};
  std::optional<std::string> sql_role{};    ///< "PRIMARY", "SECONDARY", "RESOLVING", "STANDALONE", "NONE" (in no
                                            ///< group); absent = not asked, or no answer.
  std::string sql_error{};                  ///< Why there is no answer; empty when there is one, or nobody asked.
  std::optional<std::string> label_role{};  ///< "primary", "secondary", "arbiter", or whatever else stands there;
                                            ///< absent = no label.
  std::string endpoint = "none";  ///< Service whose ready endpoints hold the pod: "primary", "secondary", "none", or
                                  ///< "unknown" when the slices could not be read.
  std::optional<bool> match{};  ///< SQL role (where known), label and endpoint agree; absent where there is nothing to
                                ///< compare.
  std::optional<WallTime> since{};            ///< Since when the label stands.
  std::optional<std::string> since_source{};  ///< "watch" or "managedFields" (then at the latest).
  std::string node{};                         ///< Empty = not scheduled.
  std::optional<WallTime> created{};
  bool ready = false;
  bool terminating = false;
  std::string ended{};  ///< "Failed" or "Succeeded", once its pod runs no more; empty before.
  std::vector<std::string> remarks{};

  friend bool operator==(const ReplicaRole&, const ReplicaRole&) = default;
};

enum class PrimaryState { none, one, ambiguous };
/// `agree`: one pod leads, and every wanted replica is there, runs, has a role and is where its Service says.
/// `disagree`: something contradicts. `unknown`: nothing does, but something is missing or cannot be told.
enum class Agreement { agree, disagree, unknown };

struct RoleReport {
  std::string ns{}, name{};
  std::string source = "kubernetes";  ///< Of the primary: "sql" when SQL Server was asked and anybody answered.
  std::string phase{};                ///< Of the database, as the server reports it; empty when absent.
  bool deleting = false;
  PrimaryState primary_state = PrimaryState::none;
  std::string primary{};              ///< The pod, when there is exactly one.
  bool two_primaries_proven = false;  ///< Two instances led at the same time, by their own words.
  Agreement agreement = Agreement::unknown;
  int replicas_wanted = 0;              ///< The arbiter left out.
  std::vector<ReplicaRole> replicas{};  ///< By ordinal, arbiter last.
  std::vector<std::string> missing{};   ///< Names of wanted pods that are not there at all.
  bool partial = false;                 ///< Something could not be read; see errors.
  std::vector<std::string> errors{};
};

/// Changes of labels seen in a watch: pod uid → when its present label was first seen. Kept by the caller between
/// builds of a report.
struct RoleMemory {
  struct Seen {
    std::string role{};
    std::optional<WallTime> changed{};  ///< Absent: it has been so since we began to look.
  };
  std::map<std::string, Seen, std::less<>> by_uid{};
  bool started = false;  ///< Pods that appear later have had their label since then.
  /// Notes what `pods` show at `now` and forgets pods that are gone.
  void observe(const std::vector<Json>& pods, WallTime now);
};

/// What could not be listed: the report is partial then.
struct RoleSources {
  const Json* database = nullptr;
  const std::vector<Json>* pods = nullptr;
  const std::vector<Json>* endpoint_slices = nullptr;  ///< nullptr = could not be read.
  const RoleMemory* memory = nullptr;                  ///< nullptr without a watch.
  const RoleAnswers* sql = nullptr;                    ///< nullptr = there are no answers of SQL Server.
  bool sql_asked = false;  ///< It was meant to answer: what it has not confirmed is not known to match.
  std::vector<std::string> errors{};
};

/// Pods of other databases and slices of other Services among the inputs are ignored. Terminating pods and those that
/// have failed or ended keep their row but are never the primary; an arbiter is never one either, nor, by its label
/// alone, a pod that is not ready.
RoleReport build_role_report(const RoleSources& sources);

/// {"apiVersion":"kubectl-dba/v1","kind":"RoleReport",…}, every field always there.
Json to_json(const RoleReport& report);

bool is_live(const ReplicaRole& row);  ///< Neither about to go nor ended.
/// Every live pod that claims to be primary, in SQL when that is the report's source, else by its label, ready or not.
std::vector<std::string> primary_pods(const RoleReport& report);
std::vector<std::string> secondary_pods(const RoleReport& report);  ///< Live secondaries by the same source.
/// Pods whose SQL Server can be asked: arbiters and what runs no more are left out.
std::vector<SqlPod> sql_pods(const RoleReport& report);

/// Headers and cells for the table, from the same report. Columns: POD SQL LABEL ENDPOINT MATCH SINCE NODE REMARKS,
/// wide: UID.
std::vector<TableColumn> role_columns();
/// One row a pod, a cell for every column; ages are counted until `now`.
std::vector<std::vector<std::string>> role_rows(const RoleReport& report, WallTime now);
/// The sentence under the table: "primary: sales-0", "no primary: …", "2 pods are labelled primary: …".
std::string role_summary(const RoleReport& report);
/// What no row shows: "1 of 3 replicas is missing: sales-2", "the database is being deleted"; empty when there is none.
std::string role_gaps(const RoleReport& report);
/// Why nobody should rely on the one primary yet: its SQL Server gave no answer, it is not ready, no Service leads to
/// it. Empty when nothing is known against it, and without one primary.
std::string primary_doubt(const RoleReport& report);

}  // namespace dba::mssql
