#pragma once
// The parts of following a collection that need neither network nor clock: what is known of it, and what a new sight of
// it means as events.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"

namespace dba::kube {

/// Every object of one collection as it was last told. Turns lists and watch events into transitions, each told once.
class KnownObjects {
 public:
  using Emit = std::function<void(WatchEvent::Kind kind, Json&& object)>;
  /// @param metadata_only keep no more than the metadata of each, without managedFields
  KnownObjects(const ResourceType& type, Emit emit, bool metadata_only = false)
      : type_(type), emit_(std::move(emit)), metadata_only_(metadata_only) {}

  /// A new list begins (again): nothing of it was seen yet.
  void begin_list();
  void listed(Json&& object);
  /// The list is complete: what was not in it was deleted meanwhile, and is told as it was last known.
  void end_list();

  /// ADDED or MODIFIED of a watch.
  void updated(Json&& object);
  /// DELETED of a watch, with the object's last state.
  void deleted(Json&& object);

 private:
  struct Known {
    std::string uid, resource_version;
    std::string text;        ///< The object as JSON: smaller than a tree, and needed only when a deletion was missed.
    std::uint64_t list = 0;  ///< Number of the list it was last seen in.
  };
  void remember(Known& known, const Json& object) const;

  const ResourceType& type_;
  Emit emit_;
  bool metadata_only_;
  std::map<std::string, Known, std::less<>> objects_;
  std::uint64_t list_ = 0;
};

/// Growing pauses between attempts. @source client-go reflector: 800 ms, doubled up to 30 s, plus as much jitter again;
/// from the start after two minutes without a failure.
class Backoff {
 public:
  /// @param random any bits.
  std::chrono::nanoseconds next(platform::SteadyTime now, std::uint64_t random);
  void reset() { pause_ = kFirst; }

 private:
  static constexpr std::chrono::milliseconds kFirst{800};
  std::chrono::milliseconds pause_ = kFirst;
  platform::SteadyTime last_{};
};

}  // namespace dba::kube
