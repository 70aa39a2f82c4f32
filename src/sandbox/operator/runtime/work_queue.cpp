#include "operator/runtime/work_queue.hpp"

#include <algorithm>

#include "operator/delays.hpp"

namespace dba::sandbox::kubedb {

void WorkQueue::add(const WorkKey& key, platform::SteadyTime due) {
  const auto [known, is_new] = due_.try_emplace(key, due);
  if (!is_new) {
    if (known->second <= due) return;
    const auto [first, last] = order_.equal_range(known->second);
    order_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == key; }));
    known->second = due;
  }
  order_.emplace(due, key);
}

std::optional<WorkKey> WorkQueue::take(platform::SteadyTime now) {
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  WorkKey key = std::move(order_.begin()->second);
  order_.erase(order_.begin());
  due_.erase(key);
  return key;
}

std::optional<platform::SteadyTime> WorkQueue::next_due() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::chrono::nanoseconds WorkQueue::failed(const WorkKey& key) {
  constexpr int kMostDoublings = 6;
  const int doublings = std::min(failures_[key]++, kMostDoublings);
  return std::min<std::chrono::milliseconds>(delays::kRetry * (1 << doublings), delays::kLongestRetry);
}

void WorkQueue::succeeded(const WorkKey& key) { failures_.erase(key); }

}  // namespace dba::sandbox::kubedb
