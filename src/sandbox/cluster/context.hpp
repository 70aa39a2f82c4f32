#pragma once
// What every controller of the cluster works with, and the few ways in which they write.

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "cluster/loop.hpp"
#include "world/world.hpp"

namespace dba::sandbox::cluster {

/// As the fields of what the controllers of Kubernetes itself write are owned.
constexpr std::string_view kControllerManager = "kube-controller-manager";

/// The served type. @throws Error (unexpected) when the API does not know it.
const api::Resource& type_of(std::string_view api_version, std::string_view kind);

/// Who says an event: `component` as kubectl describe shows it.
struct EventText {
  std::string type{}, reason{}, message{};
  std::string component{};
  std::string field{};  ///< "spec.containers{mssql}"
};

/// Writes Events. The same text about the same object counts up.
class EventRecorder {
 public:
  EventRecorder(api::Api& api, platform::Clock& clock) : api_(api), clock_(clock) {}
  void record(const Json& object, const EventText& text);

 private:
  api::Api& api_;
  platform::Clock& clock_;
};

/// Passes on that faults have changed, as long as the cluster lives: the world's registry outlives it.
class FaultChanges {
 public:
  void subscribe(std::function<void()> listener);
  void notify();
  void close();  ///< No listener is called any more when it returns.

 private:
  std::mutex mutex_{};
  std::vector<std::function<void()>> listeners_{};
};

struct Context {
  api::Api& api;
  world::World& world;
  Loop& loop;
  EventRecorder& events;
  FaultChanges& fault_changes;
};

/// Stores `object`'s status if it differs from `before`'s. @throws StatusError (409: read again).
void write_status(api::Api& api, const api::Resource& type, const Json& before, Json object, std::string_view manager);

/// Sets one condition in `status` (made when missing): kept untouched when nothing but the time would change;
/// lastTransitionTime moves only when `status` of it does.
struct ConditionText {
  std::string type{}, status{}, reason{}, message{};
};
void set_condition(Json& status, const ConditionText& condition, WallTime now);

std::string timestamp(const platform::Clock& clock);  ///< RFC 3339, now.
/// A delay drawn for one purpose; the same seed gives the same.
std::chrono::nanoseconds draw(const world::World& world, std::string_view purpose, std::chrono::milliseconds least,
                              std::chrono::milliseconds most);

}  // namespace dba::sandbox::cluster
