#include "watch_queue.hpp"

#include <algorithm>
#include <utility>

namespace dba::kube {

namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kMostBytes = std::size_t{8} << 20U;
/// How long in real time a reader waits for busy followers before it trusts its clock alone.
constexpr std::chrono::nanoseconds kBusyWait = std::chrono::seconds(2);

}  // namespace

bool WatchQueue::all_idle() const {
  return std::all_of(idle_.begin(), idle_.end(), [](bool idle) { return idle; });
}

void WatchQueue::set_idle(std::size_t follower, bool idle) {
  const std::scoped_lock lock(mutex_);
  idle_[follower] = idle;
  changed_.notify_all();
}

void WatchQueue::push(WatchEvent event, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return events_.size() < kMostEvents; });
  if (stop.stop_requested()) return;
  events_.push_back(std::move(event));
  wake_.request_stop();
  changed_.notify_all();
}

std::optional<WatchEvent> WatchQueue::pop(platform::Clock& clock, platform::SteadyTime deadline,
                                          const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    const std::chrono::nanoseconds left =
        std::max<std::chrono::nanoseconds>(deadline - clock.steady_now(), std::chrono::nanoseconds(0));
    changed_.wait_for(lock, stop, std::min(left, kBusyWait),
                      [&] { return !events_.empty() || all_idle() || clock.steady_now() >= deadline; });
    if (!events_.empty()) {
      WatchEvent event = std::move(events_.front());
      events_.pop_front();
      changed_.notify_all();
      return event;
    }
    if (stop.stop_requested() || clock.steady_now() >= deadline) return std::nullopt;
    wake_ = std::stop_source();
    const std::stop_callback on_stop(stop, [wake = wake_]() mutable { wake.request_stop(); });
    const std::stop_token woken = wake_.get_token();
    lock.unlock();
    clock.sleep_until(deadline, woken);
    lock.lock();
  }
}

void WatchStream::on_head(int status, const Headers& headers) {
  const std::scoped_lock lock(mutex_);
  status_ = status;
  headers_ = headers;
  queue_->set_idle(follower_, false);
  changed_.notify_all();
}

bool WatchStream::on_body(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (bytes_.size() + bytes.size() > kMostBytes && !bytes_.empty()) return false;
  bytes_ += bytes;
  queue_->set_idle(follower_, false);
  changed_.notify_all();
  return true;
}

void WatchStream::on_end(const TransportFailure* failure) {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  if (failure != nullptr) failure_ = *failure;
  queue_->set_idle(follower_, false);
  changed_.notify_all();
}

template <class Ready>
void WatchStream::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Ready ready) {
  if (ready()) return;
  queue_->set_idle(follower_, true);
  changed_.wait(lock, stop, ready);
  queue_->set_idle(follower_, false);
}

std::optional<std::string> WatchStream::read(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wait(lock, stop, [this] { return ended_ || !bytes_.empty(); });
  if (bytes_.empty()) return std::nullopt;
  return std::exchange(bytes_, {});
}

int WatchStream::status(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wait(lock, stop, [this] { return ended_ || status_ != 0; });
  return status_;
}

Headers WatchStream::headers() {
  const std::scoped_lock lock(mutex_);
  return headers_;
}

std::optional<TransportFailure> WatchStream::failure() {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

}  // namespace dba::kube
