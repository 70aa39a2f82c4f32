#pragma once
// Accepts connections and gives each a thread of its own; ends all of them at once.

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

namespace dba::sandbox::http {

class Connections {
 public:
  /// Called in the connection's thread; may throw whatever it likes, which ends the connection.
  using Serve = std::function<void(Poco::Net::StreamSocket& socket, const std::stop_token& stop)>;

  Connections(const Poco::Net::ServerSocket& listener, Serve serve);
  ~Connections();  ///< Requests stop, breaks every socket, waits for the threads.
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  std::size_t open() const;  ///< Connections being served.

 private:
  struct Connection {
    std::jthread thread{};
    int handle = -1;  ///< A second descriptor of the socket: breaking it off stays safe whoever closes the first.
    std::atomic<bool> done = false;
  };

  Poco::Net::ServerSocket listener_;
  Serve serve_;
  mutable std::mutex mutex_{};
  std::list<Connection> connections_{};
  std::jthread acceptor_{};

  void accept(const std::stop_token& stop);
  /// The thread alone has the socket: who lets go of it last takes the TLS session down.
  void start(std::unique_ptr<Poco::Net::StreamSocket> socket);
  void reap();
};

}  // namespace dba::sandbox::http
