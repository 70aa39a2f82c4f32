#include "http/connections.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <system_error>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Timespan.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dba::sandbox::http {

namespace {

constexpr long kAcceptMicroseconds = 100'000;  ///< How often the acceptor looks whether it should end.

/// Waits without a clock of its own: after a failure to accept (no descriptors left) others must get time to close.
void pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::microseconds(kAcceptMicroseconds), [] { return false; });
}

}  // namespace

Connections::Connections(const Poco::Net::ServerSocket& listener, Serve serve)
    : listener_(listener), serve_(std::move(serve)) {
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
}

Connections::~Connections() {
  acceptor_.request_stop();
  acceptor_.join();
  for (Connection& connection : connections_) {
    connection.thread.request_stop();
    ::shutdown(connection.handle, SHUT_RDWR);
  }
  for (Connection& connection : connections_) {
    connection.thread.join();
    ::close(connection.handle);
  }
}

std::size_t Connections::open() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(), [](const Connection& c) { return !c.done; }));
}

void Connections::accept(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    reap();
    try {
      if (listener_.poll(Poco::Timespan(kAcceptMicroseconds), Poco::Net::Socket::SELECT_READ)) {
        start(std::make_unique<Poco::Net::StreamSocket>(listener_.acceptConnection()));
      }
    } catch (const Poco::Exception&) {
      pause(stop);
    } catch (const std::system_error&) {  // No thread to be had.
      pause(stop);
    }
  }
}

void Connections::start(std::unique_ptr<Poco::Net::StreamSocket> socket) {
  const int handle = ::fcntl(socket->impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
  if (handle < 0) return;
  const std::lock_guard lock(mutex_);
  Connection& connection = connections_.emplace_back();
  connection.handle = handle;
  try {
    connection.thread = std::jthread([this, &connection, client = std::move(socket)](const std::stop_token& stop) {
      try {
        serve_(*client, stop);
      } catch (const std::exception&) {  // The client's doing (garbage, hang-up); there is nobody left to tell.
      }
      ::shutdown(connection.handle, SHUT_RDWR);
      connection.done = true;
    });
  } catch (const std::system_error&) {
    ::close(handle);
    connections_.pop_back();
    throw;
  }
}

void Connections::reap() {
  const std::lock_guard lock(mutex_);
  for (auto connection = connections_.begin(); connection != connections_.end();) {
    if (!connection->done) {
      ++connection;
      continue;
    }
    connection->thread.join();
    ::close(connection->handle);
    connection = connections_.erase(connection);
  }
}

}  // namespace dba::sandbox::http
