#pragma once
// What is to be looked at, and when. A key is in it once, at its earliest time. One thread uses it.

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "dba/platform/clock.hpp"

namespace dba::sandbox::kubedb {

struct WorkKey {
  enum class What { database, petset } what = What::database;
  std::string ns{}, name{};
  friend auto operator<=>(const WorkKey&, const WorkKey&) = default;
};

class WorkQueue {
 public:
  void add(const WorkKey& key, platform::SteadyTime due);
  /// The next one whose time has come, the longest due first; it is in the queue no more.
  std::optional<WorkKey> take(platform::SteadyTime now);
  /// When the next one is due; absent when none waits.
  std::optional<platform::SteadyTime> next_due() const;
  /// How long to wait after one more failure of this key; doubled each time.
  std::chrono::nanoseconds failed(const WorkKey& key);
  void succeeded(const WorkKey& key);

 private:
  std::map<WorkKey, platform::SteadyTime> due_{};
  std::multimap<platform::SteadyTime, WorkKey> order_{};
  std::map<WorkKey, int> failures_{};
};

}  // namespace dba::sandbox::kubedb
