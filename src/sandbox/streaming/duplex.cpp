#include "streaming/duplex.hpp"

#include <array>
#include <csignal>
#include <utility>

#include <Poco/Exception.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kMostQueued = 1U << 20U;
constexpr std::size_t kPiece = 16 * 1024;  // One TLS record.
constexpr int kTickMillis = 200;
const Poco::Timespan kAttempt(0, 1000);  ///< How long one TLS read or write may take to become whole.

/// A client that goes while we write must not end the process.
void block_broken_pipe_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/// What POCO sends or receives of a TLS connection now; negative = nothing at present. A record that the socket takes
/// or has only a part of is a TimeoutException to POCO, not a failure: the same call goes on with it later.
template <typename Transfer>
int attempt(Transfer transfer) {
  try {
    return transfer();
  } catch (const Poco::TimeoutException&) {
    return -1;
  }
}

}  // namespace

Duplex::Duplex(const Poco::Net::StreamSocket& socket, std::string early)
    : socket_(socket), early_(std::move(early)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  socket_.setBlocking(false);
  socket_.setReceiveTimeout(kAttempt);
  socket_.setSendTimeout(kAttempt);
  socket_.setNoDelay(true);  // Else the tail of a message waits for the client's acknowledgement of its head.
}

Duplex::~Duplex() { ::close(wake_); }

void Duplex::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);  // full = it rings already
}

bool Duplex::send(std::string_view bytes) {
  {
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() != runner_) {
      sent_.wait(lock, [this] { return over_ || queued_ < kMostQueued; });
    }
    if (over_ || finishing_) return false;
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) queue_.emplace_back(bytes.substr(at, kPiece));
    queued_ += bytes.size();
  }
  wake();
  return true;
}

void Duplex::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  wake();
}

void Duplex::abort() {
  aborted_ = true;
  wake();
}

bool Duplex::next_piece() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return false;
  current_ = std::move(queue_.front());
  queue_.pop_front();
  queued_ -= current_.size();
  sent_.notify_all();
  return true;
}

/// Sends what can be sent. False: nothing is left and finish() was called.
bool Duplex::flush(bool& blocked) {
  blocked = false;
  while (!current_.empty() || next_piece()) {
    const int sent = attempt([&] { return socket_.sendBytes(current_.data(), static_cast<int>(current_.size())); });
    if (sent <= 0) {
      blocked = true;
      return true;
    }
    current_.erase(0, static_cast<std::size_t>(sent));
  }
  const std::lock_guard lock(mutex_);
  return !(finishing_ && queue_.empty());
}

/// Bytes handed over; 0 = the client has gone or broke the protocol; negative = nothing there at present.
int Duplex::receive(const Handlers& handlers) {
  if (!early_.empty()) {
    const std::string bytes = std::exchange(early_, {});
    return handlers.receive(bytes) ? 1 : 0;
  }
  // POCO waits inside a TLS read for a whole record, also on a socket that does not block, while what is queued stays
  // unsent: read only when there is something.
  pollfd state{.fd = socket_.impl()->sockfd(), .events = POLLIN, .revents = 0};
  if (::poll(&state, 1, 0) == 0 && socket_.available() <= 0) return -1;
  std::array<char, 32 * 1024> buffer{};
  const int count = attempt([&] { return socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size())); });
  if (count <= 0) return count;
  return handlers.receive({buffer.data(), static_cast<std::size_t>(count)}) ? count : 0;
}

void Duplex::wait_for(bool reading, bool writing) {
  std::array<pollfd, 2> waiting{};
  waiting[0] = {.fd = wake_, .events = POLLIN, .revents = 0};
  waiting[1] = {.fd = socket_.impl()->sockfd(),
                .events = static_cast<short>((reading ? POLLIN : 0) | (writing ? POLLOUT : 0)),
                .revents = 0};
  static_cast<void>(::poll(waiting.data(), waiting.size(), kTickMillis));
  std::uint64_t rung = 0;
  [[maybe_unused]] const ssize_t taken = ::read(wake_, &rung, sizeof rung);  // nothing there = it did not ring
  // Nobody reads that the client has gone, so that it would be told for ever.
  if (!reading && (waiting[1].revents & (POLLERR | POLLHUP)) != 0) aborted_ = true;
}

void Duplex::run(const Handlers& handlers, const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    runner_ = std::this_thread::get_id();
  }
  block_broken_pipe_signals();
  const std::stop_callback waker(stop, [this] { wake(); });
  try {
    while (!stop.stop_requested() && !aborted_ && handlers.goes_on()) {
      bool blocked = false;
      if (!flush(blocked)) {
        socket_.shutdown();
        break;
      }
      const bool reading = handlers.may_read();
      const int count = reading ? receive(handlers) : -1;
      if (count == 0) {
        // A last answer, such as the reason for closing, still goes out.
        flush(blocked);
        break;
      }
      if (count < 0) wait_for(reading, blocked);
    }
  } catch (const Poco::Exception&) {
    // The client has gone without a word.
  }
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    sent_.notify_all();
  }
  try {
    socket_.close();
  } catch (const Poco::Exception&) {
    // It is closed all the same.
  }
}

}  // namespace dba::sandbox::streaming
