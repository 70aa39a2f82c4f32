#include "tds/channel.hpp"

#include <array>

#include "dba/platform/clock.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

using namespace std::chrono_literals;

constexpr auto kThawed = 20ms;  ///< How soon a thaw is noticed.
constexpr auto kFarewell = 2s;  ///< How long a client may take to read the last words.

}  // namespace

Channel::Channel(std::unique_ptr<streaming::ByteStream> stream, const Instance& instance, const std::stop_token& stop)
    : stream_(std::move(stream)), instance_(instance), stop_(stop), on_stop_(stop, CloseWrite{stream_.get()}) {}

bool Channel::wait_until_thawed() const {
  platform::Clock& clock = platform::system_clock();
  while (instance_.frozen() && !stop_.stop_requested()) clock.sleep_until(clock.steady_now() + kThawed, stop_);
  return !stop_.stop_requested();
}

/// Appends what is decrypted already. False when the client has closed its side.
bool Channel::decrypt(std::string& into) {
  const std::lock_guard lock(mutex_);
  return tls_->read(into);
}

Received Channel::receive(std::string& into) {
  if (!wait_until_thawed()) return Received::over;
  const std::size_t before = into.size();
  const bool open = !tls_ || decrypt(into);
  if (into.size() > before) return Received::some;
  if (!open) return Received::over;

  std::array<char, 16384> buffer{};
  const auto count = stream_->read(buffer.data(), buffer.size(), kSlice);
  if (!count) return Received::nothing_yet;
  if (*count == 0) return Received::over;
  const std::string_view bytes(buffer.data(), *count);
  if (!tls_) {
    into += bytes;
    return Received::some;
  }
  {
    const std::lock_guard lock(mutex_);
    tls_->feed(bytes);
  }
  decrypt(into);
  return into.size() > before ? Received::some : Received::nothing_yet;
}

bool Channel::send(std::string_view bytes) {
  if (!wait_until_thawed()) return false;
  if (!tls_) return stream_->write(bytes);
  std::string encrypted;
  {
    const std::lock_guard lock(mutex_);
    tls_->write(bytes);
    encrypted = tls_->take();
  }
  return stream_->write(encrypted);
}

void Channel::encrypt(tls::Server tls, std::string_view early) {
  tls_ = std::move(tls);
  tls_->feed(early);
}

void Channel::finish() {
  stream_->close_write();
  // What is left unread when a socket is closed makes the system tell the client to drop what it has not read yet.
  platform::Clock& clock = platform::system_clock();
  const auto until = clock.steady_now() + kFarewell;
  std::array<char, 16384> buffer{};
  while (clock.steady_now() < until && !stop_.stop_requested()) {
    if (stream_->read(buffer.data(), buffer.size(), kSlice) == std::size_t{0}) return;
  }
}

}  // namespace dba::sandbox::sqlserver::tds
