#include "watch_state.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "answers.hpp"

namespace dba::kube {

namespace {

constexpr std::chrono::seconds kLongestBackoff{30};
constexpr std::chrono::minutes kQuiet{2};

std::string key_of(const Json& object) { return codec::namespace_of(object) + "/" + codec::name_of(object); }

Json metadata_of(const Json& object) {
  Json kept = Json::object({{"apiVersion", object.value("apiVersion", "")},
                            {"kind", object.value("kind", "")},
                            {"metadata", object.value("metadata", Json::object())}});
  kept["metadata"].erase("managedFields");
  return kept;
}

}  // namespace

void KnownObjects::remember(Known& known, const Json& object) const {
  known.uid = codec::uid_of(object);
  known.resource_version = codec::resource_version_of(object);
  known.text = codec::compact_json(metadata_only_ ? metadata_of(object) : object);
}

void KnownObjects::begin_list() { ++list_; }

void KnownObjects::listed(Json&& object) {
  const std::string key = key_of(object);
  updated(std::move(object));
  objects_.at(key).list = list_;
}

void KnownObjects::end_list() {
  for (auto at = objects_.begin(); at != objects_.end();) {
    if (at->second.list == list_) {
      ++at;
      continue;
    }
    emit_(WatchEvent::Kind::deleted, parse_item(type_, at->second.text));
    at = objects_.erase(at);
  }
}

void KnownObjects::updated(Json&& object) {
  const auto [at, is_new] = objects_.try_emplace(key_of(object));
  Known& known = at->second;
  WatchEvent::Kind kind = WatchEvent::Kind::added;
  if (!is_new) {
    const bool same_object = known.uid == codec::uid_of(object);
    if (same_object && known.resource_version == codec::resource_version_of(object)) return;
    if (same_object) {
      kind = WatchEvent::Kind::modified;
    } else {
      emit_(WatchEvent::Kind::deleted, parse_item(type_, known.text));
    }
  }
  remember(known, object);
  emit_(kind, std::move(object));
}

void KnownObjects::deleted(Json&& object) {
  const auto found = objects_.find(key_of(object));
  if (found == objects_.end() || found->second.uid != codec::uid_of(object)) return;
  objects_.erase(found);
  emit_(WatchEvent::Kind::deleted, std::move(object));
}

std::chrono::nanoseconds Backoff::next(platform::SteadyTime now, std::uint64_t random) {
  if (now - last_ > kQuiet) reset();
  last_ = now;
  const std::chrono::milliseconds pause = pause_;
  pause_ = std::min<std::chrono::milliseconds>(2 * pause_, kLongestBackoff);
  const auto jitter = static_cast<std::int64_t>(random % static_cast<std::uint64_t>(pause.count()));
  return pause + std::chrono::milliseconds(jitter);
}

}  // namespace dba::kube
