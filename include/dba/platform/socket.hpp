#pragma once
// Stream sockets on this machine, never blocking: whoever uses one polls it beside his own wake-up.

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "dba/platform/clock.hpp"
#include "dba/platform/file_descriptor.hpp"

namespace dba::platform {

struct Listener {
  FileDescriptor descriptor{};
  std::uint16_t port = 0;
};

/// Listens on 127.0.0.1 alone. @param port 0 = any free one
/// @throws Error (usage) when the port is taken or not allowed.
Listener listen_on_loopback(std::uint16_t port = 0);

/// Listens on one address. @param address of IPv4 or IPv6, or "localhost", which is 127.0.0.1
/// @throws Error (usage) when it is no address of this machine, or the port is taken or not allowed.
Listener listen_on(const std::string& address, std::uint16_t port);

/// The next connection without waiting; not open when there is none. @throws Error (unexpected) when no file is left.
FileDescriptor accept_connection(const Listener& listener);

/// Connects to a port of 127.0.0.1. @throws Error (sql_unreachable) with the system's words.
FileDescriptor connect_to_loopback(std::uint16_t port);

/// Two ends of one connection inside this process. @throws Error (unexpected) when no file is left.
std::pair<FileDescriptor, FileDescriptor> connected_pair();

/// What one read or write without waiting came to.
enum class Transfer { some, would_block, closed };

/// Appends what is there, `limit` bytes at most. A reset counts as closed.
Transfer receive_some(const FileDescriptor& socket, std::string& into, std::size_t limit);
/// Sends what fits and takes it off the front of `bytes`.
Transfer send_some(const FileDescriptor& socket, std::string& bytes);

/// Tells the other side that nothing more will be sent; it can still be read from.
void end_sending(const FileDescriptor& socket);

/// Wakes a poll: a file that is readable from notify() until clear().
class Wakeup {
 public:
  Wakeup();                                                    ///< @throws Error (unexpected) when no file is left.
  const FileDescriptor& descriptor() const { return event_; }  ///< To be polled for reading.
  void notify() const noexcept;                                ///< From any thread.
  void clear() const noexcept;                                 ///< Ready for the next notify().

 private:
  FileDescriptor event_;
};

}  // namespace dba::platform
