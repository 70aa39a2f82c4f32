#pragma once
// The stored objects of one resource, the events of late, and who waits for the next one. All collections of an API
// share one counter of resourceVersions.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/api.hpp"

namespace dba::sandbox::api {

/// Something that happened to an object. `object` is its state after (or at the end), `previous` the one before.
struct Change {
  std::uint64_t version = 0;
  Event::Kind kind = Event::Kind::added;
  Object object{}, previous{};
};

/// What a collection held at one moment.
struct Snapshot {
  std::vector<Object> items{};
  std::uint64_t version = 0;
};

/// Thread-safe.
class Collection {
 public:
  Collection(const Resource& type, std::atomic<std::uint64_t>& version, std::size_t history)
      : type_(type), version_(version), most_changes_(history) {}

  const Resource& type() const { return type_; }
  Object find(std::string_view ns, std::string_view name) const;
  /// Stores with a new resourceVersion; null when there is one of that name already.
  Object create(Json object);
  /// Puts `next` in the place of `current`; null when `current` is not what is stored any more.
  Object replace(const Object& current, Json next);
  /// Takes `current` away, `last` being its final state; null as above.
  Object erase(const Object& current, Json last);
  /// Like create, for many and without an event: watches that are behind answer 410. Replaces what is there.
  void load(std::vector<Json> objects, std::vector<Object>& stored);

  /// @param ns empty = every namespace
  Snapshot snapshot(std::string_view ns) const;
  /// As it was at `version`; absent when history does not reach back that far.
  std::optional<Snapshot> snapshot_at(std::string_view ns, std::uint64_t version) const;

  /// The first change after `version`, waiting for it up to `wait` (real time). `latest` becomes a version up to which
  /// nothing more is to come. @throws StatusError 410 when history does not reach back to `version`.
  std::optional<Change> next_change(std::uint64_t version, std::chrono::nanoseconds wait, const std::stop_token& stop,
                                    std::uint64_t& latest) const;
  void compact();

 private:
  using Key = std::pair<std::string, std::string>;  ///< Namespace, name.
  static Key key_of(const Json& object);
  Object seal(Json object);
  void record(Event::Kind kind, Object object, Object previous);
  std::optional<Change> first_after(std::uint64_t version) const;

  const Resource& type_;
  std::atomic<std::uint64_t>& version_;
  const std::size_t most_changes_;
  mutable std::mutex mutex_{};
  mutable std::condition_variable_any changed_{};
  std::map<Key, Object> objects_{};
  std::deque<Change> changes_{};
  std::uint64_t forgotten_ = 0;  ///< Changes up to this version are not known any more.
};

}  // namespace dba::sandbox::api
