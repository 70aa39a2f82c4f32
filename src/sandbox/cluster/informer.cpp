#include "cluster/informer.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::sandbox::cluster {

namespace {

constexpr std::chrono::hours kPatience{1};

std::vector<std::string> label_keys(const Json& object) {
  std::vector<std::string> keys;
  const Json* const labels = codec::find_at(object, {"metadata", "labels"});
  if (labels == nullptr || !labels->is_object()) return keys;
  const std::string ns = codec::namespace_of(object);
  for (const auto& [name, value] : labels->items()) {
    if (value.is_string()) keys.push_back(fmt::format("{}/{}={}", ns, name, value.get<std::string>()));
  }
  return keys;
}

}  // namespace

std::string key_of(const Json& object) {
  return fmt::format("{}/{}", codec::namespace_of(object), codec::name_of(object));
}

std::pair<std::string, std::string> split_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

void Informer::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Informer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Informer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      follow(stop);
    } catch (const api::StatusError&) {
      // The history no longer reaches back (410): begin again with what is there now.
    }
  }
}

void Informer::follow(const std::stop_token& stop) {
  const api::ListResult listed = api_.list(type_, "");
  std::set<std::string> present;
  for (const api::Object& object : listed.items) present.insert(key_of(*object));
  forget_missing(present);
  for (const api::Object& object : listed.items) store(object);
  const auto events = api_.watch(type_, "", {}, listed.resource_version, false);
  while (!stop.stop_requested()) {
    const std::optional<api::Event> event = events->next(kPatience, stop);
    if (!event) {
      if (stop.stop_requested()) return;
      continue;
    }
    switch (event->kind) {
      case api::Event::Kind::added:
      case api::Event::Kind::modified:
        store(event->object);
        break;
      case api::Event::Kind::deleted:
        if (keep_) {
          drop(key_of(*event->object));
        } else {
          for (const Listener& listener : listeners_) listener(event->object, nullptr);
        }
        break;
      case api::Event::Kind::bookmark:
        break;
    }
  }
}

void Informer::store(const api::Object& object) {
  const std::string key = key_of(*object);
  api::Object before;
  if (keep_) {
    const std::lock_guard lock(mutex_);
    api::Object& slot = objects_[key];
    before = std::exchange(slot, object);
    if (before) {
      if (codec::resource_version_of(*before) == codec::resource_version_of(*object)) return;
      forget_labels(*before, key);
    }
    for (std::string& label : label_keys(*object)) by_label_[std::move(label)].insert(key);
  }
  for (const Listener& listener : listeners_) listener(before, object);
}

void Informer::drop(const std::string& key) {
  api::Object before;
  {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return;
    before = std::move(found->second);
    objects_.erase(found);
    forget_labels(*before, key);
  }
  for (const Listener& listener : listeners_) listener(before, nullptr);
}

void Informer::forget_labels(const Json& object, const std::string& key) {
  for (const std::string& label : label_keys(object)) {
    const auto bucket = by_label_.find(label);
    if (bucket == by_label_.end()) continue;
    bucket->second.erase(key);
    if (bucket->second.empty()) by_label_.erase(bucket);
  }
}

void Informer::forget_missing(const std::set<std::string>& present) {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, object] : objects_) {
      if (!present.contains(key)) gone.push_back(key);
    }
  }
  for (const std::string& key : gone) drop(key);
}

api::Object Informer::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<api::Object> Informer::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<api::Object> result;
  result.reserve(objects_.size());
  for (const auto& [key, object] : objects_) result.push_back(object);
  return result;
}

std::vector<api::Object> Informer::matching(std::string_view ns, const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  const std::set<std::string>* fewest = nullptr;
  for (const auto& [name, value] : labels) {
    const auto bucket = by_label_.find(fmt::format("{}/{}={}", ns, name, value));
    if (bucket == by_label_.end()) return {};
    if (fewest == nullptr || bucket->second.size() < fewest->size()) fewest = &bucket->second;
  }
  std::vector<api::Object> result;
  if (fewest == nullptr) return result;
  for (const std::string& key : *fewest) {
    const api::Object& object = objects_.at(key);
    const bool fits = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      return codec::label_of(*object, label.first) == label.second;
    });
    if (fits) result.push_back(object);
  }
  return result;
}

}  // namespace dba::sandbox::cluster
