#pragma once
// The SQL Servers of one availability group in virtual time: who has which part of the log, who follows whom, which
// commits are safe. Pure: no clock, no threads, no sockets. Whoever owns a GroupState tells it what happened and when,
// carries out what it asks for on the stores, and lets waiting commits look at the fate of their records.
//
// @source mssql.md 1.1 to 1.6, 3.1, 4.6

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/group/replica.hpp"

namespace dba::sandbox::sqlserver::group {

struct Settings {
  int replicas = 3;
  std::vector<std::string> databases{};  ///< Of the group.
  bool synchronous = true;               ///< Availability mode of every replica.
  int required_secondaries = 0;          ///< REQUIRED_SYNCHRONIZED_SECONDARIES_TO_COMMIT
  std::chrono::nanoseconds session_timeout = std::chrono::seconds(10);
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// How long things take on healthy machines in one room.
struct Delays {
  std::chrono::nanoseconds network = std::chrono::microseconds(400);
  std::chrono::nanoseconds flush = std::chrono::microseconds(800);
  std::chrono::nanoseconds redo = std::chrono::milliseconds(3);
  double redo_rate = 40'000;  ///< KB/s
  std::chrono::nanoseconds connect = std::chrono::milliseconds(60);
  std::chrono::nanoseconds seed = std::chrono::milliseconds(300);
  std::chrono::nanoseconds revert = std::chrono::milliseconds(150);
};

/// What is to be done to the store of a replica, in order.
struct StoreAction {
  enum class Kind {
    create,  ///< An empty database.
    apply,   ///< The statements of a transaction.
    copy,    ///< Replace the database by what replica `from` has.
    wipe,    ///< Everything is gone: a new disk.
  };
  Kind kind = Kind::apply;
  int replica = 0;
  std::string database{};
  Statements statements{};
  int from = 0;
};

/// Something for the ground truth.
struct News {
  enum class Kind {
    lost_write,  ///< Acknowledged commits are gone: `count` of them.
    recovering,  ///< A new primary cannot be written yet: it has redo to do in some database.
    recovered,
  };
  Kind kind = Kind::lost_write;
  int replica = 0;
  std::string database{};
  Time at{};
  std::uint64_t count = 0;
};

class GroupState {
 public:
  explicit GroupState(const Settings& settings, Delays delays = {});

  // What happened. Each call first lets everything happen that was due before.
  void reconfigure(const Settings& settings, Time now);
  /// A SQL Server process runs, on this disk.
  void started(int replica, const std::string& volume, Time now);
  /// @param abruptly nobody was told: the machine is gone. Else the connections were closed.
  void ended(int replica, bool abruptly, Time now);
  void set_role(int replica, Role role, std::uint64_t sequence, Time now);
  void freeze(int replica, bool on, Time now);
  void separate(int replica, std::uint64_t side, Time now);
  void afflict(int replica, const Condition& condition, Time now);

  /// A transaction that is about to commit on the primary; its data have it when it is acknowledged. Its fate is told
  /// by the record.
  /// @param kept_back its statements never leave this replica (fault lose-acked-write)
  std::shared_ptr<Record> append(int replica, const std::string& database, Statements statements, bool kept_back,
                                 Time now);
  void advance(Time now);
  /// When something happens by itself that a waiting commit waits for; kNever when nothing will.
  Time next_event() const;

  std::vector<StoreAction> take_store_actions();
  std::vector<News> take_news();

  const Settings& settings() const { return settings_; }
  const Delays& delays() const { return delays_; }
  const std::vector<Replica>& replicas() const { return replicas_; }
  const Replica* find(int replica) const;
  /// The primary that this replica knows to be one: itself, or whom it is attached to.
  const Replica* primary_of(const Replica& replica) const;
  /// A primary whose data are up to date; absent database = none of the group's.
  bool is_open(const Replica& replica, const std::string& database) const;
  /// What a replica is worth when the next primary is chosen. @source kubedb.md 6.1 (highest LSN of all databases)
  std::uint64_t worth(int replica) const;

 private:
  Settings settings_;
  Delays delays_;
  Time now_{};
  std::vector<Replica> replicas_{};
  std::vector<StoreAction> actions_{};
  std::vector<News> news_{};

  Replica& at(int replica);
  void make_databases(Replica& primary);
  void discard(Replica& replica, const std::string& database, const std::vector<Entry>& entries);
  void give_up_commits(Replica& replica);
  void settle_agreements(const Replica& primary);
  bool is_recovered(const Replica& primary) const;
  bool held_elsewhere(const Replica& without, const std::string& database, const Record& record) const;
  void lose_kept_back(const Replica& primary);

  // links.cpp: who is attached to whom
  void update_links();
  Replica* choose_primary(const Replica& secondary);
  bool reaches(const Replica& a, const Replica& b) const;
  void attach(Replica& secondary, Replica& primary);
  /// @param error what it will say of the end, and since when; absent = nothing
  void detach(Replica& secondary, std::optional<int> error = {}, std::optional<Time> since = {});
  void time_out_links(Time now);
  void begin_synchronizing(Replica& secondary, Replica& primary, const std::string& database, Time when);
  void copy_database(Replica& secondary, const Replica& primary, const std::string& database, Time when);

  // replication.cpp: how the log moves
  void move(Time now);
  void harden_locally(Replica& replica, Time now);
  void ship(Replica& secondary, Replica& primary, Time now);
  void ship_database(Replica& secondary, const Replica& primary, const std::string& database, Time now);
  Time arrival(const Replica& secondary, const DatabaseCopy& copy, const Entry& entry) const;
  void redo(Replica& replica, Time now);
  void acknowledge(Replica& primary);
  void forget();
};

}  // namespace dba::sandbox::sqlserver::group
