#pragma once
// The SQL Servers of one MSSQLServer: their common log, their stores, and what may be done to which database right now.
// Thread-safe. Nothing here has a thread of its own: whoever asks lets happen what was due by then.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/group/group_state.hpp"
#include "sql/member_change.hpp"
#include "sql/server/settings.hpp"
#include "sql/views/context.hpp"
#include "tsql/store/store.hpp"
#include "world/world.hpp"

namespace dba::sandbox::sqlserver {

class ServerProcess;
class SessionRecord;

class GroupServers {
 public:
  /// @param find has to be good for as long as this
  GroupServers(world::World& world, const FindObject& find, std::string ns, std::string database);
  ~GroupServers();
  GroupServers(const GroupServers&) = delete;
  GroupServers& operator=(const GroupServers&) = delete;

  /// How a member is from now on. The first change about one that runs starts its process.
  void tell(const MemberChange& change);
  void faults_changed();
  /// No commit waits any more, no process takes connections.
  void close();
  /// The process that runs in this pod; null when none does.
  std::shared_ptr<ServerProcess> find_process(const std::string& pod);
  /// How much of the log a member holds, for the choice of the next primary; absent when it has no say.
  std::optional<std::uint64_t> worth(int ordinal);

  // For the processes.
  DatabaseSettings settings();
  Store& store_of(int ordinal);
  std::vector<std::string> databases(int ordinal);
  std::optional<Message> refusal(int ordinal, std::string_view database, Access access, bool read_only_intent);
  CommitOutcome commit(int ordinal, const std::string& database, std::vector<LogStatement> statements);
  std::optional<bool> is_primary(int ordinal, std::string_view database);
  std::optional<Message> create_database(int ordinal, const std::string& name);
  std::optional<Message> drop_database(int ordinal, const std::string& name);
  /// Fills in what the view needs to know of the group; the caller has filled in what is the process's own.
  std::optional<Table> view(int ordinal, std::string_view name, views::Context context);

  world::World& world() { return world_; }
  const FindObject& find_object() const { return find_; }

 private:
  /// What one pod has on its disk besides the group's databases, and runs.
  struct Member {
    std::string pod{}, volume{};
    std::unique_ptr<Store> store{};
    std::vector<std::string> local{};  ///< Databases outside the group.
    std::shared_ptr<ServerProcess> process{};
    MemberChange last{};
    WallTime created{};
  };

  /// What is to be ended once the lock is given back: others listen for that.
  struct Aftermath {
    std::vector<std::shared_ptr<SessionRecord>> sessions{};
    std::vector<std::shared_ptr<ServerProcess>> processes{};
  };

  world::World& world_;
  FindObject find_;
  const std::string ns_, database_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  DatabaseSettings settings_{};
  group::GroupState state_;
  std::map<int, Member> members_{};
  std::map<std::uint64_t, int> kept_back_{};  ///< Commits that each fault lose-acked-write has had.
  bool closing_ = false;

  Member& member(int ordinal);
  void read_settings();
  std::string volume_of(const std::string& pod, const std::string& uid) const;
  void start(Member& member, const MemberChange& change, group::Time now);
  void end(Member& member, const MemberChange& change, group::Time now, Aftermath& after);
  void take_role(Member& member, const MemberChange& change, group::Time now, Aftermath& after);
  void doom_sessions(const Member& member, Aftermath& after) const;
  group::Time advance();
  void apply_faults(group::Time now);
  void carry_out();
  void act(const group::StoreAction& action);
  void tell_truth(const group::News& news);
  /// The database of the group that is meant; absent when it is none of the group.
  std::optional<std::string> find_group_database(std::string_view name) const;
  bool keeps_back(std::unique_lock<std::mutex>& lock, int ordinal);
  std::optional<Message> refusal_locked(int ordinal, std::string_view database, Access access, bool read_only_intent);
  std::optional<Message> secondary_refusal(const group::Replica& replica, const std::string& database, Access access,
                                           bool read_only_intent) const;
  CommitOutcome commit_locally(std::unique_lock<std::mutex>& lock, int ordinal, const std::string& database,
                               const std::vector<LogStatement>& statements);
  void wait(std::unique_lock<std::mutex>& lock, group::Time until);
  std::vector<views::DatabaseRow> database_rows(int ordinal);
  int state_of(const group::Replica& replica, const std::string& database) const;
  world::Victim victim(int ordinal) const;
};

}  // namespace dba::sandbox::sqlserver
