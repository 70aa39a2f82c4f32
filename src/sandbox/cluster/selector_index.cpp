#include "cluster/selector_index.hpp"

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::sandbox::cluster {

namespace {

std::string bucket(std::string_view ns, std::string_view label, std::string_view value) {
  return fmt::format("{}/{}={}", ns, label, value);
}

std::string bucket_of(const std::string& key, const Labels& labels) {
  const std::string ns = split_key(key).first;
  return labels.empty() ? bucket(ns, "", "") : bucket(ns, labels.front().first, labels.front().second);
}

}  // namespace

void SelectorIndex::add(const std::string& key, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  by_label_[bucket_of(key, labels)].insert(key);
}

void SelectorIndex::remove(const std::string& key, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  const auto found = by_label_.find(bucket_of(key, labels));
  if (found == by_label_.end()) return;
  found->second.erase(key);
  if (found->second.empty()) by_label_.erase(found);
}

std::set<std::string> SelectorIndex::candidates(const Json& pod) const {
  const std::string ns = codec::namespace_of(pod);
  std::set<std::string> keys;
  const std::lock_guard lock(mutex_);
  const auto take = [&](const std::string& name) {
    const auto found = by_label_.find(name);
    if (found != by_label_.end()) keys.insert(found->second.begin(), found->second.end());
  };
  take(bucket(ns, "", ""));
  const Json* const labels = codec::find_at(pod, {"metadata", "labels"});
  if (labels == nullptr || !labels->is_object()) return keys;
  for (const auto& [label, value] : labels->items()) {
    if (value.is_string()) take(bucket(ns, label, value.get<std::string>()));
  }
  return keys;
}

}  // namespace dba::sandbox::cluster
