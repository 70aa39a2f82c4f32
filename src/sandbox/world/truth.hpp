#pragma once
// Ground truth: what really happened in the simulated world, whatever labels, Services or clients say. Tests check from
// it that the tool measured right.

#include <mutex>
#include <string>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

namespace dba::sandbox::world {

/// One thing that happened to a member of a group.
struct TruthEvent {
  WallTime at{};
  std::string ns{}, database{}, pod{}, pod_uid{};
  /// "leader", "writable", "read-only", "down", "up", "label", "endpoint", "held", "fault"; from SQL Server
  /// "recovering" and "recovered" (a new primary has redo to do before it takes writes) and "lost-write".
  std::string what{};
  std::string detail{};
  std::uint64_t term = 0;
  std::uint64_t count = 0;  ///< lost-write: how many acknowledged commits are gone.
};

class Truth {
 public:
  /// The oldest events go when there are more than 100 000.
  void record(TruthEvent event);
  std::vector<TruthEvent> events(std::string_view ns = "", std::string_view database = "") const;
  /// {"apiVersion":"kubectl-dba/v1","kind":"SandboxTruth","environment":"sandbox", "events":[…], "writable":[…]}: the
  /// events, and per database the intervals in which a pod was writable, with the moments when two were.
  Json report(std::string_view ns = "", std::string_view database = "") const;

 private:
  mutable std::mutex mutex_{};
  std::vector<TruthEvent> events_{};
};

}  // namespace dba::sandbox::world
