#include "streaming/inbox.hpp"

#include <utility>

namespace dba::sandbox::streaming {

void Inbox::put(std::string bytes) {
  if (bytes.empty()) return;
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  size_ += bytes.size();
  chunks_.push_back(std::move(bytes));
  changed_.notify_all();
}

void Inbox::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::optional<std::string> Inbox::take(const std::stop_token& stop) {
  std::string bytes;
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return ended_ || !chunks_.empty(); }) || chunks_.empty())
      return std::nullopt;
    bytes = std::move(chunks_.front());
    chunks_.pop_front();
    size_ -= bytes.size();
  }
  if (taken_) taken_();
  return bytes;
}

bool Inbox::has_room() const {
  const std::lock_guard lock(mutex_);
  return size_ < kEnough;
}

}  // namespace dba::sandbox::streaming
