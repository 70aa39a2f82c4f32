#pragma once
// An upgraded connection. One thread, in run(), reads and writes the socket (two at once would not do with TLS); any
// thread may queue what is to be sent.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <Poco/Net/StreamSocket.h>

namespace dba::sandbox::streaming {

class Duplex {
 public:
  /// @param early bytes that were read together with the request
  Duplex(const Poco::Net::StreamSocket& socket, std::string early);
  ~Duplex();
  Duplex(const Duplex&) = delete;
  Duplex& operator=(const Duplex&) = delete;

  /// Waits while more than 1 MiB is queued, except in run()'s own thread. False: the connection is over.
  bool send(std::string_view bytes);
  /// Ends the connection when everything queued is sent.
  void finish();
  void abort();  ///< Ends it at once.
  void wake();   ///< Makes run() look at `may_read` again.

  struct Handlers {
    std::function<bool(std::string_view)> receive{};  ///< False: the client broke the protocol; end it.
    std::function<bool()> may_read{};                 ///< False: no room for more at present.
    std::function<bool()> goes_on{};                  ///< Asked several times a second; false = abort().
  };
  /// Until the client has gone, finish() or abort() took effect, or `stop`.
  void run(const Handlers& handlers, const std::stop_token& stop);

 private:
  Poco::Net::StreamSocket socket_;
  std::string early_;
  int wake_;
  std::mutex mutex_{};
  std::condition_variable sent_{};
  std::deque<std::string> queue_{};
  std::size_t queued_ = 0;
  bool finishing_ = false;
  bool over_ = false;
  std::atomic<bool> aborted_ = false;
  std::string current_{};  ///< Being written; TLS wants the very same bytes again after a partial attempt.
  std::thread::id runner_{};

  bool flush(bool& blocked);
  bool next_piece();
  int receive(const Handlers& handlers);
  void wait_for(bool reading, bool writing);
};

}  // namespace dba::sandbox::streaming
