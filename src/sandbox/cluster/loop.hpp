#pragma once
// The one thread on which the cluster's controllers work, and their queue: a key is worked on when it is due, once for
// however many reasons it was asked for.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "dba/platform/clock.hpp"

namespace dba::sandbox::cluster {

class Loop {
 public:
  /// Brings the object named by the key ("namespace/name") nearer to what it should be. What it throws is lost: the
  /// key comes again after a second.
  using Reconcile = std::function<void(const std::string& key)>;

  explicit Loop(platform::Clock& clock) : clock_(clock) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::size_t add(Reconcile reconcile);  ///< Before start().
  void start();
  void stop();
  /// Asks for the key after `delay`; one that is asked for earlier already stays there.
  void enqueue(std::size_t controller, const std::string& key, std::chrono::nanoseconds delay = {});
  platform::Clock& clock() { return clock_; }

 private:
  using Entry = std::pair<std::size_t, std::string>;
  using Due = std::tuple<platform::SteadyTime, std::uint64_t, Entry>;

  platform::Clock& clock_;
  std::vector<Reconcile> controllers_{};
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::set<Due> queue_{};
  std::map<Entry, std::set<Due>::iterator> waiting_{};
  std::uint64_t next_ = 0;
  std::stop_source wake_{};
  std::jthread thread_{};

  void run(const std::stop_token& stop);
  void work_on(const Entry& entry);
};

}  // namespace dba::sandbox::cluster
