#pragma once
// What a client has sent for one stream and nobody has taken yet.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace dba::sandbox::streaming {

class Inbox {
 public:
  static constexpr std::size_t kEnough = 1U << 20U;  ///< From here on the client has to wait.

  /// @param taken called after something was taken, without a lock
  explicit Inbox(std::function<void()> taken = {}) : taken_(std::move(taken)) {}
  void put(std::string bytes);
  void end();  ///< Nothing more comes.
  /// Waits for the next bytes; absent when the client has ended the stream, or `stop`.
  std::optional<std::string> take(const std::stop_token& stop);
  bool has_room() const;

 private:
  std::function<void()> taken_;
  mutable std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::deque<std::string> chunks_{};
  std::size_t size_ = 0;
  bool ended_ = false;
};

}  // namespace dba::sandbox::streaming
