#include "operator/coordinator/runner.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"
#include "dba/kube/watch.hpp"

#include "operator/coordinator/coordinators.hpp"
#include "operator/coordinator/patch_queue.hpp"

namespace dba::sandbox::kubedb {

namespace {

using coordinator::Action;
using coordinator::Coordinators;
using coordinator::Outcome;
using coordinator::PatchQueue;
using coordinator::PodView;
using platform::SteadyTime;

constexpr std::size_t kDatabases = 0;
constexpr std::size_t kPods = 1;
constexpr std::chrono::hours kIdle{24};

std::vector<kube::WatchTarget> coordinator_targets(const std::string& ns) {
  return {{.type = &kube::resources::mssqlservers, .ns = ns, .metadata_of_missed = true},
          {.type = &kube::resources::pods,
           .ns = ns,
           .options = {.label_selector = "app.kubernetes.io/managed-by=kubedb.com"},
           .metadata_of_missed = true}};
}

/// Ends a wait from any thread. Outlives the runner: the world's fault registry never forgets a listener.
class Bell {
 public:
  void ring() {
    std::stop_source waiting;
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
      waiting = waiting_;
    }
    waiting.request_stop();
  }
  /// A token that the next ring stops; already stopped when it rang since the last call of answered().
  std::stop_token token() {
    const std::lock_guard lock(mutex_);
    return waiting_.get_token();
  }
  bool answered() {
    const std::lock_guard lock(mutex_);
    waiting_ = {};
    return std::exchange(rung_, false);
  }

 private:
  std::mutex mutex_{};
  std::stop_source waiting_{};
  bool rung_ = true;  // Faults may have been set before anybody listened.
};

/// Which pods have a SQL Server that takes connections, by uid.
class Listening {
 public:
  void set(const std::string& pod_uid, bool listens) {
    const std::lock_guard lock(mutex_);
    pods_.insert_or_assign(pod_uid, listens);
  }
  /// One that has just come begins without.
  void add(const std::string& pod_uid) {
    const std::lock_guard lock(mutex_);
    pods_.try_emplace(pod_uid, false);
  }
  void forget(const std::string& pod_uid) {
    const std::lock_guard lock(mutex_);
    pods_.erase(pod_uid);
  }
  std::optional<bool> find(const std::string& pod_uid) const {
    const std::lock_guard lock(mutex_);
    const auto found = pods_.find(pod_uid);
    return found == pods_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_{};
  std::unordered_map<std::string, bool> pods_{};
};

}  // namespace

struct CoordinatorRunner::Impl {
  Impl(kube::Client& client_in, world::World& world_in, SqlHalf sql, std::string ns_in)
      : client(client_in),
        world(world_in),
        ns(std::move(ns_in)),
        on_role(std::move(sql.on_role)),
        patches(client_in, world_in.clock),
        coordinators(
            world_in.seed, [this](const PodView& pod) { return patches.is_ahead_of(pod); }, std::move(sql.lsn)) {
    world.faults.on_change([weak = std::weak_ptr<Bell>(bell)] {
      if (const auto still_there = weak.lock()) still_there->ring();
    });
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  kube::Client& client;
  world::World& world;
  std::string ns;
  SqlRoleListener on_role;
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  PatchQueue patches;
  Coordinators coordinators;
  Listening listening{};
  int unlisted = 2;       ///< Collections whose first list has not come yet.
  std::jthread thread{};  // last: it ends before what it uses

  void run(const std::stop_token& stop) {
    const std::stop_callback end(stop, [this] { bell->ring(); });
    kube::Watcher watcher(client, coordinator_targets(ns));
    while (!stop.stop_requested()) {
      auto event = watcher.next(client_time(coordinators.next_event()), bell->token());
      const bool rung = bell->answered();
      const SteadyTime now = world.clock.steady_now();
      if (rung) coordinators.faults_changed(world.faults.all(), now);
      while (event && !stop.stop_requested()) {
        take(*event, world.clock.steady_now());
        advance();
        event = watcher.next(client.clock().steady_now(), {});
      }
      advance();
    }
  }

  /// Nothing happens before everything that is there has been told: a group half seen looks like one half gone.
  void advance() {
    if (unlisted == 0) carry_out(coordinators.advance(world.clock.steady_now()));
  }

  /// The same moment on the clock that the client waits with: the world's own, or the real one.
  SteadyTime client_time(SteadyTime at) const {
    const SteadyTime now = world.clock.steady_now();
    if (at > now + kIdle) at = now + kIdle;
    if (&client.clock() == &world.clock) return at;
    const auto real = std::chrono::duration<double, std::nano>(at - now) / world.clock.speed();
    return client.clock().steady_now() + std::chrono::ceil<std::chrono::nanoseconds>(real);
  }

  void take(const kube::WatchEvent& event, SteadyTime now) {
    using Kind = kube::WatchEvent::Kind;
    if (event.kind == Kind::synced || event.kind == Kind::failed) unlisted -= unlisted > 0 ? 1 : 0;
    if (!event.object) return;
    const Json& object = *event.object;
    const bool gone = event.kind == Kind::deleted;
    if (event.target == kDatabases) {
      if (gone) return coordinators.database_gone(codec::namespace_of(object), codec::name_of(object), now);
      return coordinators.database_seen(object, now);
    }
    if (event.target != kPods) return;
    const std::string uid = codec::uid_of(object);
    if (!gone) {
      if (unlisted == 0) listening.add(uid);  // What was there before us may listen for long.
      return coordinators.pod_seen(object, now);
    }
    coordinators.pod_gone(object, now);
    patches.forget(uid);
    listening.forget(uid);
  }

  /// The SQL Server first: whoever is told that it listens may connect.
  void tell(const Outcome& outcome) {
    const Action& action = outcome.action;
    if (on_role) {
      on_role({outcome.ns, outcome.database, action.pod, action.uid, action.member, action.text, action.number,
               action.process, action.at});
    }
    listening.set(action.uid, action.process.running);
  }

  void carry_out(const std::vector<Outcome>& outcomes) {
    if (outcomes.empty()) return;
    const auto wall = [start = world.clock.simulated_wall_now(), from = world.clock.steady_now()](SteadyTime at) {
      return start - std::chrono::duration_cast<WallTime::duration>(from - at);
    };
    for (const Outcome& outcome : outcomes) {
      const Action& action = outcome.action;
      const PatchQueue::Pod pod{outcome.ns, action.pod, action.uid};
      switch (action.kind) {
        case Action::Kind::label:
          patches.set_label(pod, action.text);
          break;
        case Action::Kind::log:
          patches.add_log(pod,
                          fmt::format("mssql-coordinator {} {}", format_rfc3339_micro(wall(action.at)), action.text));
          break;
        case Action::Kind::sql_role:
        case Action::Kind::sql_process:
          tell(outcome);
          break;
        case Action::Kind::truth:
          world.truth.record({.at = wall(action.at),
                              .ns = outcome.ns,
                              .database = outcome.database,
                              .pod = action.pod,
                              .pod_uid = action.uid,
                              .what = action.text,
                              .detail = action.detail,
                              .term = action.number});
          break;
      }
    }
  }
};

CoordinatorRunner::CoordinatorRunner(kube::Client& client, world::World& world, SqlHalf sql, std::string ns)
    : impl_(std::make_unique<Impl>(client, world, std::move(sql), std::move(ns))) {}

CoordinatorRunner::~CoordinatorRunner() = default;

std::optional<bool> CoordinatorRunner::listens(const std::string& pod_uid) const {
  return impl_->listening.find(pod_uid);
}

}  // namespace dba::sandbox::kubedb
