#pragma once
// What passes between threads while collections are followed: bytes from the transport to a follower, events from the
// followers to whoever asks for them.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dba/kube/transport.hpp"
#include "dba/kube/watch.hpp"

namespace dba::kube {

/// Events of all followers. It also knows who of them is busy, so that waiting for an event on a clock that jumps (a
/// test's) does not overtake an event that is being made.
class WatchQueue {
 public:
  explicit WatchQueue(std::size_t followers) : idle_(followers, false) {}

  /// Waits while the queue is full: a slow reader slows the followers down. Nothing is queued once `stop` is requested.
  void push(WatchEvent event, const std::stop_token& stop);
  std::optional<WatchEvent> pop(platform::Clock& clock, platform::SteadyTime deadline, const std::stop_token& stop);
  /// A follower is idle while all it waits for is the network.
  void set_idle(std::size_t follower, bool idle);

 private:
  bool all_idle() const;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<WatchEvent> events_;
  std::vector<bool> idle_;
  std::stop_source wake_;  ///< Ends the reader's sleep when there is an event.
};

/// The response to one watch request.
class WatchStream : public ResponseSink {
 public:
  WatchStream(std::shared_ptr<WatchQueue> queue, std::size_t follower)
      : queue_(std::move(queue)), follower_(follower) {}

  void on_head(int status, const Headers& headers) override;
  /// False when the reader is so far behind that the stream is better taken up again later.
  bool on_body(std::string_view bytes) override;
  void on_end(const TransportFailure* failure) override;

  /// The bytes that came since the last call; absent at the end of the stream or when `stop` is requested.
  std::optional<std::string> read(const std::stop_token& stop);
  /// Waits for the head of the response. 0 when there is none.
  int status(const std::stop_token& stop);
  Headers headers();
  /// Why the stream ended; absent while it lasts and when it was complete.
  std::optional<TransportFailure> failure();

 private:
  template <class Ready>
  void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Ready ready);

  const std::shared_ptr<WatchQueue> queue_;  ///< The transport may end the stream after its watcher is gone.
  const std::size_t follower_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int status_ = 0;
  Headers headers_;
  std::string bytes_;
  bool ended_ = false;
  std::optional<TransportFailure> failure_;
};

}  // namespace dba::kube
