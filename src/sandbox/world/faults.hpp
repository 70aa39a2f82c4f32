#pragma once
// The faults a person or a test can switch on in the simulated world, and what is on right now.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

#include "world/random.hpp"

namespace dba::sandbox::world {

/// `[namespace/]db[/ordinal|/primary|/secondaries]`; everything empty = the whole world.
struct FaultTarget {
  std::string ns{};  ///< Empty = namespace "demo" is meant when `database` is set.
  std::string database{};
  std::string member{};  ///< "", "0" …, "primary", "secondaries".
};

/// One kind of fault: a row of the table that `fault list` prints.
struct FaultKind {
  std::string_view name;                   ///< "freeze"
  std::string_view summary;                ///< One phrase.
  bool takes_target;                       ///< False: concerns the API server or the operator as a whole.
  bool needs_sql;                          ///< Acts on the SQL endpoints only.
  std::span<const std::string_view> keys;  ///< Own keys besides after, for, times, probability, delay.
};
std::span<const FaultKind> fault_kinds();
const FaultKind* find_fault_kind(std::string_view name);
/// The keys that every fault has, and its own. @param kind null = those of every fault
std::vector<std::string> keys_of(const FaultKind* kind);

/// A fault as it was asked for.
struct FaultRequest {
  std::string name{};
  FaultTarget target{};
  std::optional<std::chrono::nanoseconds> after{}, lasts{}, delay{};  ///< after=, for=, delay=
  std::optional<int> times{};                                         ///< times=: how often it strikes before it ends.
  double probability = 1.0;                                           ///< probability=
  std::map<std::string, std::string, std::less<>> settings{};         ///< Own keys of the kind.
};
/// "freeze sales/2 after=5s for=10s" @throws Error (usage) naming the word, all problems at once, with the near name.
FaultRequest parse_fault(std::string_view text);
FaultRequest parse_fault(const std::vector<std::string>& words);
/// "demo/sales/2"; empty for the whole world.
std::string format_target(const FaultTarget& target);

/// One that is set: `id` is unique within the world.
struct Fault {
  std::uint64_t id = 0;
  FaultRequest request{};
  platform::SteadyTime begins{};
  std::optional<platform::SteadyTime> ends{};
  int struck = 0;  ///< How often it has been hit so far.
};

/// Who a fault is asked for. `role` is "primary", "secondary" or empty; it decides about /primary and /secondaries.
struct Victim {
  std::string ns{}, database{};
  int ordinal = -1;  ///< -1 = the database as a whole.
  std::string role{};
};

/// Whether a fault of this target concerns the victim. A victim without a database is hit by untargeted faults only.
bool concerns(const FaultTarget& target, const Victim& victim);

class FaultRegistry {
 public:
  FaultRegistry(platform::Clock& clock, std::uint64_t seed);
  ~FaultRegistry();
  FaultRegistry(const FaultRegistry&) = delete;
  FaultRegistry& operator=(const FaultRegistry&) = delete;

  std::uint64_t set(FaultRequest request);
  bool clear(std::uint64_t id);
  int clear(std::string_view name, const FaultTarget& target);  ///< How many were cleared; an empty target = all of it.
  void clear_all();
  std::vector<Fault> all() const;  ///< Set and not over.
  /// Whether the fault is on for this victim, without counting it: for states such as freeze or partition.
  std::optional<Fault> active(std::string_view name, const Victim& victim = {}) const;
  /// Whether it strikes this time: draws `probability`, counts `times`. For things that happen once a call.
  std::optional<Fault> strikes(std::string_view name, const Victim& victim = {});
  /// Called (without a lock held) whenever something was set, cleared, began or ended. A listener stays for good.
  void on_change(std::function<void()> listener);
  /// The next moment at which a fault begins or ends; absent when none will.
  std::optional<platform::SteadyTime> next_change() const;

 private:
  struct Entry {
    Fault fault{};
    Random draws;  ///< Of its own, so that one fault's draws do not depend on what else is asked.
  };
  platform::Clock& clock_;
  std::uint64_t seed_;
  mutable std::mutex mutex_{};
  std::vector<Entry> entries_{};
  std::vector<std::function<void()>> listeners_{};
  std::uint64_t next_id_ = 1;
  std::stop_source rearm_{};  ///< Wakes the timekeeper: the next change may be another one now.
  std::condition_variable_any woken_{};
  std::jthread timekeeper_{};
  void notify();
  void rearm();
  std::optional<platform::SteadyTime> change_after(platform::SteadyTime moment) const;
  void keep_time(const std::stop_token& stop);
};

Json to_json(const Fault& fault, platform::SteadyTime now);
Json to_json(const FaultRequest& request);
FaultRequest fault_request_from_json(const Json& object);  ///< @throws Error (usage)

}  // namespace dba::sandbox::world
