#include "operator/runtime/health.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/delays.hpp"
#include "operator/runtime/conditions.hpp"

namespace dba::sandbox::kubedb {

namespace {

using platform::SteadyTime;

class Judge {
 public:
  Judge(const Json& database, const Health& health, Json& conditions, Progress& progress, SteadyTime now,
        WallTime wall_now)
      : database_(database),
        health_(health),
        conditions_(conditions),
        progress_(progress),
        now_(now),
        wall_(wall_now) {}

  std::optional<SteadyTime> look() {
    if (is_true(conditions_, "Provisioned")) return watch_over();
    return provision();
  }

 private:
  void set(std::string_view type, bool status) {
    set_condition(conditions_, make_condition(type, status, database_),
                  codec::int_at(database_, {"metadata", "generation"}).value_or(0), wall_);
  }

  /// The conditions of provisioning in their order, each after its delay.
  std::optional<SteadyTime> provision() {
    if (!health_.replicas) {
      progress_ = {};
      if (has_condition(conditions_, "ReplicaReady")) set("ReplicaReady", false);
      return std::nullopt;
    }
    if (!progress_.replicas_ready) progress_.replicas_ready = now_;
    set("ReplicaReady", true);
    SteadyTime since = *progress_.replicas_ready;
    if (is_cluster(database_)) {
      if (!is_true(conditions_, "AGPrimaryReplicaReady")) {
        if (!health_.primary) return std::nullopt;
        if (!progress_.primary_seen) progress_.primary_seen = now_;
        const SteadyTime due = *progress_.primary_seen + delays::kGroupCreation;
        if (now_ < due) return due;
        set("AGPrimaryReplicaReady", true);
      }
      if (!progress_.group_made) progress_.group_made = now_;
      since = *progress_.group_made;
    }
    if (!health_.primary || !health_.roles) return std::nullopt;
    if (now_ < since + delays::kFirstHealthCheck) return since + delays::kFirstHealthCheck;
    if (!health_.accepting) return try_again();
    set("AcceptingConnection", true);
    set("Ready", true);
    if (!progress_.accepting) progress_.accepting = now_;
    const SteadyTime end = *progress_.accepting + delays::kLastSteps;
    if (now_ < end) return end;
    set("Provisioned", true);
    return std::nullopt;
  }

  /// Replicas are seen at once; connections and roles at the next health check, after as many as the threshold says
  /// when it goes down.
  std::optional<SteadyTime> watch_over() {
    set("ReplicaReady", health_.replicas);
    const bool accepting = health_.accepting, ready = accepting && health_.replicas && health_.roles;
    if (is_true(conditions_, "AcceptingConnection") == accepting && is_true(conditions_, "Ready") == ready) {
      progress_.next_check.reset();
      return try_again();
    }
    if (!progress_.next_check) progress_.next_check = next_check(!ready);
    if (now_ < *progress_.next_check) return progress_.next_check;
    progress_.next_check.reset();
    set("AcceptingConnection", accepting);
    set("Ready", ready);
    return try_again();
  }

  /// Nobody tells when a SQL Server begins to listen: it has to be tried.
  std::optional<SteadyTime> try_again() const {
    const bool may_listen_soon = health_.primary && !health_.accepting;
    return may_listen_soon ? std::optional(now_ + delays::kHealthCheckSecond) : std::nullopt;
  }

  SteadyTime next_check(bool going_down) const {
    const auto setting = [&](std::string_view field, std::int64_t fallback) {
      return std::max<std::int64_t>(1, codec::int_at(database_, {"spec", "healthChecker", field}).value_or(fallback));
    };
    const std::chrono::nanoseconds period = delays::kHealthCheckSecond * setting("periodSeconds", 10);
    const std::chrono::nanoseconds since_last = now_.time_since_epoch() % period;
    return now_ + (period - since_last) + (going_down ? period * (setting("failureThreshold", 1) - 1) : period * 0);
  }

  const Json& database_;
  const Health& health_;
  Json& conditions_;
  Progress& progress_;
  SteadyTime now_;
  WallTime wall_;
};

}  // namespace

std::optional<SteadyTime> judge(const Json& database, const Health& health, Json& conditions, Progress& progress,
                                SteadyTime now, WallTime wall_now) {
  return Judge(database, health, conditions, progress, now, wall_now).look();
}

}  // namespace dba::sandbox::kubedb
