#pragma once
// The last lines that one container has written.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "dba/platform/clock.hpp"

#include "streaming/pod_backend.hpp"

namespace dba::sandbox::cluster {

/// Thread-safe. Readers that follow are woken by each line, and by close().
class LogRing {
 public:
  explicit LogRing(std::size_t capacity = 2000) : capacity_(capacity) {}
  void append(WallTime at, std::string line);
  void close();  ///< The container has ended: nothing more will come.
  /// Hands over what the request asks for, as the kubelet does: whole lines, each with its end, unless limit_bytes
  /// cuts one. Follows until close(), `stop`, or the sink says false.
  void read(const streaming::LogRequest& request, WallTime now, const std::function<bool(std::string_view)>& sink,
            const std::stop_token& stop) const;

 private:
  struct Line {
    WallTime at{};
    std::string text{};
  };
  std::size_t capacity_;
  mutable std::mutex mutex_{};
  mutable std::condition_variable_any changed_{};
  std::deque<Line> lines_{};
  std::uint64_t first_ = 0;  ///< Number of lines_.front().
  bool closed_ = false;
};

}  // namespace dba::sandbox::cluster
