#pragma once
// The coordinators of all databases of a cluster, without threads or sockets: objects and faults go in, patches of
// pods, ground truth and SQL roles come out.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

#include "operator/coordinator/group.hpp"
#include "operator/coordinator/group_faults.hpp"
#include "operator/coordinator/pod_view.hpp"
#include "world/faults.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// One action of one database's group.
struct Outcome {
  std::string ns{}, database{};
  Action action{};
};

/// What the log of a member is worth; absent = nothing has been written. @source kubedb.md 6.1 (highest LSN)
using LsnSource =
    std::function<std::optional<std::uint64_t>(const std::string& ns, const std::string& database, int member)>;

class Coordinators {
 public:
  /// @param patching whether a patch of this pod's label is under way or newer than this version of the pod: then the
  ///                 label in it is not news
  /// @param lsn      asked before every decision; may be empty
  Coordinators(std::uint64_t seed, std::function<bool(const PodView&)> patching, LsnSource lsn = {});

  void database_seen(const Json& database, Time now);
  void database_gone(const std::string& ns, const std::string& name, Time now);
  void pod_seen(const Json& pod, Time now);
  void pod_gone(const Json& pod, Time now);
  void faults_changed(std::vector<world::Fault> faults, Time now);
  /// Lets everything happen that is due by now. @returns what came out since the last call, in order per database.
  std::vector<Outcome> advance(Time now);
  Time next_event() const;
  const Group* find(const std::string& ns, const std::string& database) const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Database {
    std::optional<Group> group{};
    GroupFaults faults{};
    std::map<int, PodView> pods{};   ///< As last seen.
    std::set<int> started{};         ///< Members that the group knows to run.
    std::optional<Time> adopt_by{};  ///< Found running: waits for the rest of its pods until then.
    bool gone = false;               ///< The MSSQLServer is; its pods may still be ending.
    Time scheduled = kNever;
  };
  std::uint64_t seed_;
  std::function<bool(const PodView&)> patching_;
  LsnSource lsn_;
  std::map<Key, Database> databases_{};
  std::set<std::pair<Time, Key>> schedule_{};
  std::set<Key> touched_{};
  std::vector<world::Fault> faults_{};
  std::vector<Outcome> outcomes_{};

  void measure(const Key& key, Database& database) const;
  void feed(Database& database, const PodView& before, const PodView& now_seen, Time now);
  void start(Database& database, const PodView& pod, Time now);
  void forget(Database& database, int member, Time now);
  bool adopt_if_settled(Database& database, Time now);
  void start_found(Database& database, Time now);
  void apply_faults(const Key& key, Database& database, Time now);
  void collect(const Key& key, Database& database);
  void reschedule(const Key& key, Database& database);
};

}  // namespace dba::sandbox::kubedb::coordinator
