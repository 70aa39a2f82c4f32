#include "api/collection.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

Collection::Key Collection::key_of(const Json& object) { return {codec::namespace_of(object), codec::name_of(object)}; }

Object Collection::seal(Json object) {
  child_object(object, "metadata")["resourceVersion"] = std::to_string(version_.fetch_add(1) + 1);
  return std::make_shared<const Json>(std::move(object));
}

void Collection::record(Event::Kind kind, Object object, Object previous) {
  const std::uint64_t version = std::stoull(codec::resource_version_of(*object));
  changes_.push_back({version, kind, std::move(object), std::move(previous)});
  while (changes_.size() > most_changes_) {
    forgotten_ = changes_.front().version;
    changes_.pop_front();
  }
  changed_.notify_all();
}

Object Collection::find(std::string_view ns, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(Key(ns, name));
  return found == objects_.end() ? nullptr : found->second;
}

Object Collection::create(Json object) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = objects_.try_emplace(key_of(object));
  if (!is_new) return nullptr;
  place->second = seal(std::move(object));
  record(Event::Kind::added, place->second, nullptr);
  return place->second;
}

Object Collection::replace(const Object& current, Json next) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key_of(*current));
  if (found == objects_.end() || found->second != current) return nullptr;
  found->second = seal(std::move(next));
  record(Event::Kind::modified, found->second, current);
  return found->second;
}

Object Collection::erase(const Object& current, Json last) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key_of(*current));
  if (found == objects_.end() || found->second != current) return nullptr;
  objects_.erase(found);
  Object gone = seal(std::move(last));
  record(Event::Kind::deleted, gone, current);
  return gone;
}

void Collection::load(std::vector<Json> objects, std::vector<Object>& stored) {
  const std::lock_guard lock(mutex_);
  for (Json& object : objects) {
    Key key = key_of(object);
    Object& place = objects_[std::move(key)];
    place = seal(std::move(object));
    stored.push_back(place);
  }
  changes_.clear();
  forgotten_ = version_.load();
  changed_.notify_all();
}

Snapshot Collection::snapshot(std::string_view ns) const {
  const std::lock_guard lock(mutex_);
  Snapshot taken;
  taken.version = version_.load();
  if (ns.empty()) taken.items.reserve(objects_.size());
  for (auto at = ns.empty() ? objects_.begin() : objects_.lower_bound(Key(ns, "")); at != objects_.end(); ++at) {
    if (!ns.empty() && at->first.first != ns) break;
    taken.items.push_back(at->second);
  }
  return taken;
}

std::optional<Snapshot> Collection::snapshot_at(std::string_view ns, std::uint64_t version) const {
  std::map<Key, Object> then;
  {
    const std::lock_guard lock(mutex_);
    if (version < forgotten_) return std::nullopt;
    then = objects_;
    for (auto change = changes_.rbegin(); change != changes_.rend() && change->version > version; ++change) {
      const Key key = key_of(*change->object);
      if (change->previous == nullptr) {
        then.erase(key);
      } else {
        then[key] = change->previous;
      }
    }
  }
  Snapshot taken;
  taken.version = version;
  for (const auto& [key, object] : then) {
    if (ns.empty() || key.first == ns) taken.items.push_back(object);
  }
  return taken;
}

std::optional<Change> Collection::first_after(std::uint64_t version) const {
  if (version < forgotten_) throw expired(fmt::format("too old resource version: {} ({})", version, forgotten_));
  const auto found =
      std::upper_bound(changes_.begin(), changes_.end(), version,
                       [](std::uint64_t wanted, const Change& change) { return wanted < change.version; });
  if (found == changes_.end()) return std::nullopt;
  return *found;
}

std::optional<Change> Collection::next_change(std::uint64_t version, std::chrono::nanoseconds wait,
                                              const std::stop_token& stop, std::uint64_t& latest) const {
  std::unique_lock lock(mutex_);
  std::optional<Change> found = first_after(version);
  if (!found && wait.count() > 0) {
    changed_.wait_for(lock, stop, wait, [&] {
      found = first_after(version);
      return found.has_value();
    });
  }
  latest = found ? found->version : std::max(version, version_.load());
  return found;
}

void Collection::compact() {
  const std::lock_guard lock(mutex_);
  changes_.clear();
  forgotten_ = version_.load();
  changed_.notify_all();
}

}  // namespace dba::sandbox::api
