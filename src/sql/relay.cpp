#include "relay.hpp"

#include <utility>

#include "dba/base/error.hpp"
#include "dba/platform/wait.hpp"

#include "tds_wire.hpp"

namespace dba::sql {

namespace {

/// What may wait for a reader that is slower than the writer; then nothing more is read.
constexpr std::size_t kBacklog = 262144;

}  // namespace

Relay::Relay(EncryptedServer server, platform::SteadyTime deadline, const std::stop_token& stop)
    : listener_(platform::listen_on_loopback()), server_(std::move(server)), stop_(stop), deadline_(deadline) {
  thread_ = std::jthread([this](const std::stop_token& own_stop) { serve(own_stop); });
}

Relay::~Relay() {
  thread_.request_stop();
  wakeup_.notify();
}

void Relay::set_deadline(std::optional<platform::SteadyTime> deadline) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = deadline;
  }
  wakeup_.notify();
}

/// Nothing may leave a thread: a broken connection ends the relay, and the driver sees it closed.
void Relay::serve(const std::stop_token& own_stop) {
  const platform::StopNotice notice(stop_, wakeup_);
  try {
    end_ = carry(own_stop);
  } catch (const Error&) {
    end_ = RelayEnd::broken;
  }
  driver_.close();
  listener_.descriptor.close();
  // The server goes on with a statement for as long as it has somebody to answer.
  server_.close();
}

RelayEnd Relay::carry(const std::stop_token& own_stop) {
  RelayEnd end = wait_for_driver(own_stop);
  if (end == RelayEnd::none) end = answer_prelogin(own_stop);
  if (end == RelayEnd::none) end = pump(own_stop);
  return end;
}

RelayEnd Relay::wait_for_driver(const std::stop_token& own_stop) {
  while (!driver_.is_open()) {
    driver_ = platform::accept_connection(listener_);
    if (driver_.is_open()) break;
    if (const RelayEnd end = wait(true, false, own_stop); end != RelayEnd::none) return end;
  }
  listener_.descriptor.close();
  return RelayEnd::none;
}

RelayEnd Relay::answer_prelogin(const std::stop_token& own_stop) {
  while (true) {
    const auto length = packet_length(from_driver_);
    if (length && from_driver_.size() >= *length) {
      const std::string request = from_driver_.substr(kPacketHeader, *length - kPacketHeader);
      from_driver_.erase(0, *length);
      to_driver_ = packet(PacketType::response, prelogin_answer(server_.prelogin(), request));
      return RelayEnd::none;
    }
    const auto transfer = platform::receive_some(driver_, from_driver_, kPiece);
    if (transfer == platform::Transfer::closed) return RelayEnd::driver_closed;
    if (transfer == platform::Transfer::some) continue;
    if (const RelayEnd end = wait(true, false, own_stop); end != RelayEnd::none) return end;
  }
}

RelayEnd Relay::pump(const std::stop_token& own_stop) {
  bool server_open = true;
  while (true) {
    if (!server_.flush()) server_open = false;
    // After the flush: what was held back while the server was slow would else wait for the driver's next byte.
    if (!from_driver_.empty() && !server_.has_unsent()) {
      server_.send(std::exchange(from_driver_, {}));
      if (!server_.flush()) server_open = false;
    }
    if (!to_driver_.empty() && platform::send_some(driver_, to_driver_) == platform::Transfer::closed) {
      return RelayEnd::driver_closed;
    }
    if (!server_open && to_driver_.empty()) return RelayEnd::server_closed;

    const bool read_driver = from_driver_.size() < kBacklog && server_open;
    const bool read_server = to_driver_.size() < kBacklog && server_open;
    if (const RelayEnd end = wait(read_driver, read_server, own_stop); end != RelayEnd::none) return end;
    if (read_driver && platform::receive_some(driver_, from_driver_, kPiece) == platform::Transfer::closed) {
      return RelayEnd::driver_closed;
    }
    if (read_server && !server_.receive(to_driver_)) server_open = false;
  }
}

RelayEnd Relay::wait(bool read_driver, bool read_server, const std::stop_token& own_stop) {
  std::optional<platform::SteadyTime> deadline;
  {
    const std::lock_guard lock(mutex_);
    deadline = deadline_;
  }
  const platform::FileDescriptor& near = driver_.is_open() ? driver_ : listener_.descriptor;
  std::vector<platform::Interest> interests{{near.get(), read_driver, !to_driver_.empty()},
                                            {server_.socket().get(), read_server, server_.has_unsent()}};
  const bool woken = platform::wait_for(interests, wakeup_, deadline);
  wakeup_.clear();
  if (own_stop.stop_requested()) return RelayEnd::driver_closed;
  if (stop_.stop_requested()) return RelayEnd::interrupted;
  if (woken) return RelayEnd::none;
  const std::lock_guard lock(mutex_);
  return deadline_ == deadline ? RelayEnd::deadline : RelayEnd::none;
}

}  // namespace dba::sql
