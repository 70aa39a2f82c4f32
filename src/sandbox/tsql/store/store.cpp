#include "tsql/store/store.hpp"

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/store/connection.hpp"

namespace dba::sandbox::sqlserver {

namespace {

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> number{0};
  return ++number;
}

/// A database in memory that several connections of this process can reach by its name.
std::string shared_address(std::uint64_t number) { return fmt::format("file:/dba-sandbox-{}?vfs=memdb", number); }

}  // namespace

class Snapshot {
 public:
  explicit Snapshot(Connection& source) : number(next_number()), address(shared_address(number)), copy(address) {
    copy.copy_from(source);
  }
  const std::uint64_t number;
  const std::string address;
  Connection copy;  ///< Keeps it alive.
};

std::string snapshot_address(const Snapshot& snapshot) { return snapshot.address; }
std::uint64_t snapshot_number(const Snapshot& snapshot) { return snapshot.number; }

class Store::Impl : public std::enable_shared_from_this<Store::Impl> {
 public:
  struct Waiter {
    int owner;
    std::stop_source wake{};
    bool granted = false;
  };

  struct Database {
    Connection committed{":memory:"};
    std::uint64_t version = 1;  ///< Raised by everything that changes `committed`.
    SnapshotPtr latest{};
    std::uint64_t latest_version = 0;
    std::string working_address = shared_address(next_number());
    Connection working{working_address};  ///< The writers' copy.
    std::uint64_t working_version = 0;    ///< Which version it is; another one than `version` = to be made anew.
    std::optional<int> owner{};           ///< Of the write lock.
    std::list<Waiter> waiters{};
  };
  using DatabasePtr = std::shared_ptr<Database>;

  class Lease;

  explicit Impl(platform::Clock& clock) : clock_(clock) {}

  DatabasePtr find(std::string_view name) const {
    const auto found = databases_.find(to_lower(name));
    return found == databases_.end() ? nullptr : found->second;
  }

  DatabasePtr get(std::string_view name) const {
    DatabasePtr database = find(name);
    if (!database) throw std::runtime_error(fmt::format("no database {}", name));
    return database;
  }

  DatabasePtr& made(std::string_view name) {
    DatabasePtr& database = databases_[to_lower(name)];
    if (!database) {
      database = std::make_shared<Database>();
      database->committed.execute(kEmptyDatabase);
    }
    return database;
  }

  void redo(Database& database, std::span<const LogStatement> statements) {
    Connection& to = database.committed;
    to.execute("BEGIN");
    try {
      for (const LogStatement& statement : statements) run(to, statement);
      to.execute("COMMIT");
    } catch (const std::exception&) {
      to.execute("ROLLBACK");
      throw;
    }
    ++database.version;
  }

  static void run(Connection& to, const LogStatement& statement) {
    Prepared prepared = to.prepare(statement.sql);
    const auto count = static_cast<std::size_t>(prepared.parameters());
    std::span<const Value> values = statement.values;
    do {
      prepared.bind_all(values.first(std::min(count, values.size())));
      prepared.step();
      prepared.reset();
      values = values.subspan(std::min(count, values.size()));
    } while (!values.empty() && count > 0);
  }

  SnapshotPtr snapshot(Database& database) {
    if (database.latest_version != database.version) {
      database.latest = std::make_shared<Snapshot>(database.committed);
      database.latest_version = database.version;
    }
    return database.latest;
  }

  /// Whether waiting for `database` would wait for `owner` itself, by way of others that wait.
  bool would_deadlock(const Database& database, int owner) const {
    std::optional<int> holder = database.owner;
    for (std::size_t steps = 0; holder && steps <= waiting_.size(); ++steps) {
      if (*holder == owner) return true;
      const auto next = waiting_.find(*holder);
      holder = next == waiting_.end() ? std::nullopt : next->second->owner;
    }
    return false;
  }

  /// Waits until the lock is handed over. Called and left with `lock` held.
  std::optional<LeaseFailure> wait(std::unique_lock<std::mutex>& lock, const DatabasePtr& database, int owner,
                                   std::optional<std::chrono::milliseconds> timeout, const std::stop_token& cancel) {
    if (would_deadlock(*database, owner)) return LeaseFailure::deadlock;
    const auto place = database->waiters.insert(database->waiters.end(), Waiter{owner});
    waiting_[owner] = database.get();
    const platform::SteadyTime begin = clock_.steady_now();
    const std::stop_source wake = place->wake;
    lock.unlock();
    {
      const std::stop_callback cancelled(cancel, [wake]() mutable { wake.request_stop(); });
      constexpr std::chrono::hours kLong{24 * 30};
      do clock_.sleep_until(timeout ? begin + *timeout : clock_.steady_now() + kLong, wake.get_token());
      while (!timeout && !wake.stop_requested());
    }
    lock.lock();
    waiting_.erase(owner);
    const bool granted = place->granted;
    database->waiters.erase(place);
    if (granted) return {};
    return cancel.stop_requested() ? LeaseFailure::cancelled : LeaseFailure::timed_out;
  }

  void release(Database& database) {
    database.owner.reset();
    for (Waiter& waiter : database.waiters) {
      if (waiter.granted) continue;
      waiter.granted = true;
      database.owner = waiter.owner;
      waiter.wake.request_stop();
      return;
    }
  }

  platform::Clock& clock_;
  std::mutex mutex_{};
  std::map<std::string, DatabasePtr> databases_{};
  std::map<int, const Database*> waiting_{};
};

class Store::Impl::Lease final : public WriteLease {
 public:
  Lease(std::shared_ptr<Impl> store, DatabasePtr database)
      : store_(std::move(store)), database_(std::move(database)), version_(database_->version) {
    if (database_->working_version == version_) return;
    database_->working.copy_from(database_->committed);
    database_->working_version = version_;
  }

  ~Lease() override {
    const std::scoped_lock lock(store_->mutex_);
    store_->release(*database_);
  }

  std::string address() const override { return database_->working_address; }

  void keep() override {
    const std::scoped_lock lock(store_->mutex_);
    // One step ahead is the own commit; anything else was somebody's restore.
    database_->working_version = database_->version == version_ + 1 ? database_->version : 0;
  }

 private:
  std::shared_ptr<Impl> store_;
  DatabasePtr database_;
  std::uint64_t version_;
};

Store::Store(platform::Clock& clock) : impl_(std::make_shared<Impl>(clock)) {}
Store::~Store() = default;

void Store::create(std::string_view database) {
  const std::scoped_lock lock(impl_->mutex_);
  impl_->made(database);
}

void Store::drop(std::string_view database) {
  const std::scoped_lock lock(impl_->mutex_);
  impl_->databases_.erase(to_lower(database));
}

bool Store::contains(std::string_view database) const {
  const std::scoped_lock lock(impl_->mutex_);
  return impl_->find(database) != nullptr;
}

void Store::redo(std::string_view database, std::span<const LogStatement> statements) {
  const std::scoped_lock lock(impl_->mutex_);
  impl_->redo(*impl_->get(database), statements);
}

SnapshotPtr Store::snapshot(std::string_view database) {
  const std::scoped_lock lock(impl_->mutex_);
  const Impl::DatabasePtr found = impl_->find(database);
  return found ? impl_->snapshot(*found) : nullptr;
}

void Store::restore(std::string_view database, const SnapshotPtr& snapshot) {
  const std::scoped_lock lock(impl_->mutex_);
  Impl::Database& target = *impl_->made(database);
  Connection source(snapshot->address);
  target.committed.copy_from(source);
  ++target.version;
}

std::unique_ptr<WriteLease> Store::lease(std::string_view database, int owner,
                                         std::optional<std::chrono::milliseconds> timeout,
                                         const std::stop_token& cancel, LeaseFailure& failure) {
  std::unique_lock lock(impl_->mutex_);
  const Impl::DatabasePtr found = impl_->find(database);
  if (!found) {
    failure = LeaseFailure::no_database;
    return nullptr;
  }
  if (found->owner) {
    const std::optional<LeaseFailure> failed = impl_->wait(lock, found, owner, timeout, cancel);
    if (failed) {
      failure = *failed;
      return nullptr;
    }
  } else {
    found->owner = owner;
  }
  return std::make_unique<Impl::Lease>(impl_, found);
}

}  // namespace dba::sandbox::sqlserver
