#include "cluster/loop.hpp"

#include "dba/base/error.hpp"

#include "api/status_error.hpp"

namespace dba::sandbox::cluster {

namespace {

constexpr std::chrono::milliseconds kAfterConflict{10};
constexpr std::chrono::seconds kAfterFailure{1};
constexpr int kConflict = 409;

}  // namespace

std::size_t Loop::add(Reconcile reconcile) {
  controllers_.push_back(std::move(reconcile));
  return controllers_.size() - 1;
}

void Loop::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    thread_.request_stop();
    wake_.request_stop();
  }
  thread_.join();
}

void Loop::enqueue(std::size_t controller, const std::string& key, std::chrono::nanoseconds delay) {
  const platform::SteadyTime due = clock_.steady_now() + delay;
  const Entry entry{controller, key};
  const std::lock_guard lock(mutex_);
  if (const auto found = waiting_.find(entry); found != waiting_.end()) {
    if (std::get<0>(*found->second) <= due) return;
    queue_.erase(found->second);
    waiting_.erase(found);
  }
  waiting_.emplace(entry, queue_.emplace(due, next_++, entry).first);
  wake_.request_stop();
  changed_.notify_all();
}

void Loop::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (queue_.empty()) {
      changed_.wait(lock, stop, [this] { return !queue_.empty(); });
      continue;
    }
    const auto [due, number, entry] = *queue_.begin();
    if (due > clock_.steady_now()) {
      wake_ = std::stop_source{};
      const std::stop_token woken = wake_.get_token();
      lock.unlock();
      clock_.sleep_until(due, woken);
      lock.lock();
      continue;
    }
    waiting_.erase(entry);
    queue_.erase(queue_.begin());
    lock.unlock();
    work_on(entry);
    lock.lock();
  }
}

void Loop::work_on(const Entry& entry) {
  try {
    controllers_[entry.first](entry.second);
  } catch (const api::StatusError& refused) {
    enqueue(
        entry.first, entry.second,
        refused.code == kConflict ? std::chrono::nanoseconds(kAfterConflict) : std::chrono::nanoseconds(kAfterFailure));
  } catch (const Error&) {
    enqueue(entry.first, entry.second, kAfterFailure);
  }
}

}  // namespace dba::sandbox::cluster
