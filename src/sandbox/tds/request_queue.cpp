#include "tds/request_queue.hpp"

#include <utility>

#include "dba/base/error.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr std::size_t kMostQueued = 1U << 20U;  ///< Bytes; a client that sends ahead has to wait then.
constexpr std::size_t kMostMessages = 64;

}  // namespace

RequestQueue::RequestQueue(Channel& channel, MessageReader reader) : channel_(channel), reader_(std::move(reader)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { read_all(stop); });
}

RequestQueue::~RequestQueue() = default;

/// Nothing may leave a thread: a client that sends no TDS has gone as far as we are concerned.
void RequestQueue::read_all(const std::stop_token& stop) {
  try {
    std::string bytes;
    while (!stop.stop_requested()) {
      while (auto message = reader_.next()) put(std::move(*message), stop);
      if (channel_.receive(bytes) == Received::over) break;
      reader_.feed(std::exchange(bytes, {}));
    }
  } catch (const Error&) {
  }
  end();
}

void RequestQueue::put(Incoming message, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (message.type == PacketType::attention) {
    // What was asked before is not wanted any more, also what has not been begun.
    messages_.clear();
    bytes_ = 0;
    running_.request_stop();
  }
  bytes_ += message.payload.size();
  messages_.push_back(std::move(message));
  changed_.notify_all();
  changed_.wait(lock, stop, [this] { return bytes_ < kMostQueued && messages_.size() < kMostMessages; });
}

void RequestQueue::end() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  running_.request_stop();
  changed_.notify_all();
}

std::optional<Incoming> RequestQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kSlice, [this] { return over_ || !messages_.empty(); });
  if (over_ || messages_.empty()) return std::nullopt;
  Incoming message = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= message.payload.size();
  running_ = std::stop_source();
  changed_.notify_all();
  return message;
}

bool RequestQueue::over() const {
  const std::lock_guard lock(mutex_);
  return over_;
}

std::stop_token RequestQueue::cancel() const {
  const std::lock_guard lock(mutex_);
  return running_.get_token();
}

bool RequestQueue::take_attention() {
  const std::lock_guard lock(mutex_);
  if (messages_.empty() || messages_.front().type != PacketType::attention) return false;
  messages_.pop_front();
  changed_.notify_all();
  return true;
}

}  // namespace dba::sandbox::sqlserver::tds
