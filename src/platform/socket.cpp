#include "dba/platform/socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "dba/base/error.hpp"
#include "dba/platform/system.hpp"

namespace dba::platform {

namespace {

constexpr int kBacklog = 64;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The socket calls take the head that all kinds of addresses share.
sockaddr* head_of(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

FileDescriptor stream_socket() {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) throw Error(ExitCode::unexpected, "cannot open a socket", errno_text(errno));
  return socket;
}

/// Small packets leave at once: queries and answers take turns, so nothing follows that could be waited for.
void send_at_once(const FileDescriptor& socket) {
  const int on = 1;
  static_cast<void>(setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

}  // namespace

Listener listen_on_loopback(std::uint16_t port) {
  Listener listener{stream_socket(), 0};
  const int on = 1;
  static_cast<void>(setsockopt(listener.descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  sockaddr_in address = loopback(port);
  socklen_t length = sizeof address;
  if (bind(listener.descriptor.get(), head_of(address), length) != 0 ||
      listen(listener.descriptor.get(), kBacklog) != 0 ||
      getsockname(listener.descriptor.get(), head_of(address), &length) != 0) {
    throw Error(ExitCode::usage, fmt::format("cannot listen on 127.0.0.1:{}", port), errno_text(errno));
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

Listener listen_on(const std::string& address, std::uint16_t port) {
  const std::string number = address == "localhost" ? "127.0.0.1" : address;
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(number.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw Error(ExitCode::usage, fmt::format("\"{}\" is not an address to listen on", address));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(found, freeaddrinfo);
  Listener listener{FileDescriptor(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), 0};
  const int on = 1;
  static_cast<void>(setsockopt(listener.descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  if (bind(listener.descriptor.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(listener.descriptor.get(), kBacklog) != 0 ||
      getsockname(listener.descriptor.get(), found->ai_addr, &found->ai_addrlen) != 0) {
    throw Error(ExitCode::usage, fmt::format("cannot listen on {}:{}", address, port), errno_text(errno));
  }
  // Both families have the port in the same place.
  listener.port = ntohs(reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_port);
  return listener;
}

FileDescriptor accept_connection(const Listener& listener) {
  FileDescriptor connection(accept4(listener.descriptor.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (connection.is_open()) {
    send_at_once(connection);
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    throw Error(ExitCode::unexpected, "cannot accept a connection", errno_text(errno));
  }
  return connection;
}

FileDescriptor connect_to_loopback(std::uint16_t port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(port);
  if (!socket.is_open() || connect(socket.get(), head_of(address), sizeof address) != 0) {
    throw Error(ExitCode::sql_unreachable, fmt::format("cannot connect to 127.0.0.1:{}", port), errno_text(errno));
  }
  const int flags = fcntl(socket.get(), F_GETFL);
  static_cast<void>(fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK));
  send_at_once(socket);
  return socket;
}

std::pair<FileDescriptor, FileDescriptor> connected_pair() {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    throw Error(ExitCode::unexpected, "cannot open a pair of sockets", errno_text(errno));
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Transfer receive_some(const FileDescriptor& socket, std::string& into, std::size_t limit) {
  const std::size_t before = into.size();
  into.resize(before + limit);
  ssize_t count = -1;
  do {
    count = recv(socket.get(), into.data() + before, limit, 0);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  into.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  if (count > 0) return Transfer::some;
  return count < 0 && error == EAGAIN ? Transfer::would_block : Transfer::closed;
}

Transfer send_some(const FileDescriptor& socket, std::string& bytes) {
  ssize_t count = -1;
  do {
    count = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? Transfer::would_block : Transfer::closed;
  bytes.erase(0, static_cast<std::size_t>(count));
  return Transfer::some;
}

void end_sending(const FileDescriptor& socket) { static_cast<void>(::shutdown(socket.get(), SHUT_WR)); }

Wakeup::Wakeup() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.is_open()) throw Error(ExitCode::unexpected, "cannot open an event file", errno_text(errno));
}

void Wakeup::notify() const noexcept {
  const std::uint64_t one = 1;
  // A full counter is as readable as one more.
  static_cast<void>(!write(event_.get(), &one, sizeof one));
}

void Wakeup::clear() const noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!read(event_.get(), &count, sizeof count));
}

}  // namespace dba::platform
