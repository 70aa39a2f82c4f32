#include "cluster/log_ring.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dba::sandbox::cluster {

namespace {

/// As container runtimes stamp lines: nanoseconds of which we know the microseconds.
std::string stamp(WallTime at) {
  std::string text = format_rfc3339_micro(at);
  text.insert(text.size() - 1, "000");
  return text;
}

}  // namespace

void LogRing::append(WallTime at, std::string line) {
  {
    const std::lock_guard lock(mutex_);
    lines_.push_back({at, std::move(line)});
    if (lines_.size() > capacity_) {
      lines_.pop_front();
      ++first_;
    }
  }
  changed_.notify_all();
}

void LogRing::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void LogRing::read(const streaming::LogRequest& request, WallTime now,
                   const std::function<bool(std::string_view)>& sink, const std::stop_token& stop) const {
  std::unique_lock lock(mutex_);
  std::uint64_t next = first_;
  if (request.tail_lines) {
    const auto wanted = static_cast<std::uint64_t>(std::max<std::int64_t>(*request.tail_lines, 0));
    next = first_ + lines_.size() - std::min<std::uint64_t>(wanted, lines_.size());
  }
  const WallTime since = request.since_seconds ? now - std::chrono::seconds(*request.since_seconds) : WallTime::min();
  std::int64_t left = request.limit_bytes.value_or(-1);
  while (true) {
    next = std::max(next, first_);
    while (next < first_ + lines_.size()) {
      const Line& line = lines_[next - first_];
      ++next;
      if (line.at < since) continue;
      std::string text = request.timestamps ? fmt::format("{} {}\n", stamp(line.at), line.text) : line.text + '\n';
      if (left >= 0 && static_cast<std::int64_t>(text.size()) > left) text.resize(static_cast<std::size_t>(left));
      if (left >= 0) left -= static_cast<std::int64_t>(text.size());
      lock.unlock();
      if (!sink(text) || left == 0) return;
      lock.lock();
      next = std::max(next, first_);
    }
    if (!request.follow || closed_) return;
    if (!changed_.wait(lock, stop, [&] { return closed_ || next < first_ + lines_.size(); })) return;
  }
}

}  // namespace dba::sandbox::cluster
