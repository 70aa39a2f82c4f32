#pragma once
// What a client sends after its login, read by a thread of its own: an attention has to be heard while a request is
// being carried out.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "tds/channel.hpp"
#include "tds/packets.hpp"

namespace dba::sandbox::sqlserver::tds {

class RequestQueue {
 public:
  RequestQueue(Channel& channel, MessageReader reader);
  ~RequestQueue();
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  /// The next message; absent when there is none yet, or none will come any more.
  std::optional<Incoming> next();
  bool over() const;  ///< The client has gone, or broke the protocol.
  /// Of the request that next() gave last: stopped by an attention, and when the client goes.
  std::stop_token cancel() const;
  /// Whether an attention has come since then; it counts as answered.
  bool take_attention();

 private:
  void read_all(const std::stop_token& stop);
  void put(Incoming message, const std::stop_token& stop);
  void end();

  Channel& channel_;
  MessageReader reader_;
  mutable std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::deque<Incoming> messages_{};
  std::size_t bytes_ = 0;  ///< Of all their payloads.
  std::stop_source running_{};
  bool over_ = false;
  std::jthread thread_;
};

}  // namespace dba::sandbox::sqlserver::tds
