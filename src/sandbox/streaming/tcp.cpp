#include "streaming/tcp.hpp"

#include <array>
#include <atomic>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

using Poco::Net::StreamSocket;

constexpr std::chrono::milliseconds kReadSlice{100};  ///< How soon a thread that waits for bytes notices a stop.

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(const StreamSocket& socket) : socket_(socket) { socket_.setNoDelay(true); }

  std::optional<std::size_t> read(char* buffer, std::size_t size, std::chrono::nanoseconds wait) override {
    try {
      const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(wait).count();
      if (!socket_.poll(Poco::Timespan(micros), Poco::Net::Socket::SELECT_READ)) return std::nullopt;
      return static_cast<std::size_t>(std::max(0, socket_.receiveBytes(buffer, static_cast<int>(size))));
    } catch (const Poco::Exception&) {
      return 0;
    }
  }

  bool write(std::string_view bytes) override {
    try {
      while (!bytes.empty()) {
        const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      return true;
    } catch (const Poco::Exception&) {
      return false;
    }
  }

  void close_write() override {
    try {
      socket_.shutdownSend();
    } catch (const Poco::Exception&) {
      // The other side is gone already.
    }
  }

 private:
  StreamSocket socket_;
};

void copy(ByteStream& from, ByteStream& to, const std::stop_token& stop) {
  std::vector<char> buffer(32 * 1024);
  while (!stop.stop_requested()) {
    const auto count = from.read(buffer.data(), buffer.size(), kReadSlice);
    if (!count) continue;
    if (*count == 0) return to.close_write();
    if (!to.write({buffer.data(), *count})) return;
  }
}

}  // namespace

std::unique_ptr<ByteStream> connect_tcp(const std::string& host, std::uint16_t port) {
  try {
    return std::make_unique<TcpStream>(StreamSocket(Poco::Net::SocketAddress(host, port)));
  } catch (const Poco::Exception&) {
    throw Error(ExitCode::unexpected, fmt::format("dial tcp {}:{}: connect: connection refused", host, port));
  }
}

void relay(ByteStream& left, ByteStream& right, const std::stop_token& stop) {
  std::stop_source ended;
  const std::stop_callback outer(stop, [&ended] { ended.request_stop(); });
  std::jthread back([&] { copy(right, left, ended.get_token()); });
  copy(left, right, ended.get_token());
  if (stop.stop_requested()) left.close_write();
}

struct TcpListeners::Impl {
  struct Listener {
    Poco::Net::ServerSocket socket{};
    OnConnect on_connect{};
  };
  struct Connection {
    std::atomic<bool> over = false;
    std::jthread thread{};
  };

  int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::mutex mutex{};
  std::map<std::uint16_t, Listener> listeners{};
  std::list<Connection> connections{};
  std::jthread thread{};

  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake, &one, sizeof one);  // full = it rings already
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> waiting{{.fd = wake, .events = POLLIN, .revents = 0}};
      {
        const std::lock_guard lock(mutex);
        for (const auto& [port, listener] : listeners) {
          waiting.push_back({.fd = listener.socket.impl()->sockfd(), .events = POLLIN, .revents = 0});
        }
      }
      if (::poll(waiting.data(), waiting.size(), -1) <= 0) continue;
      std::uint64_t rung = 0;
      [[maybe_unused]] const ssize_t taken = waiting[0].revents == 0 ? 0 : ::read(wake, &rung, sizeof rung);
      if (!stop.stop_requested()) accept_all();
    }
  }

  void accept_all() {
    const std::lock_guard lock(mutex);
    connections.remove_if([](const Connection& connection) { return connection.over.load(); });
    for (auto& [port, listener] : listeners) {
      try {
        while (listener.socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) {
          start(std::make_unique<TcpStream>(listener.socket.acceptConnection()), listener.on_connect);
        }
      } catch (const Poco::Exception&) {
        // Whoever wanted to connect has gone again.
      }
    }
  }

  void start(std::unique_ptr<ByteStream> peer, const OnConnect& on_connect) {
    Connection& connection = connections.emplace_back();
    connection.thread =
        std::jthread([&connection, on_connect, stream = std::move(peer)](const std::stop_token& stop) mutable {
          on_connect(std::move(stream), stop);
          connection.over = true;
        });
  }
};

TcpListeners::TcpListeners() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->run(stop); });
}

TcpListeners::~TcpListeners() {
  impl_->thread.request_stop();
  impl_->ring();
  impl_->thread.join();
  for (Impl::Connection& connection : impl_->connections) connection.thread.request_stop();
  impl_->connections.clear();
  ::close(impl_->wake);
}

std::uint16_t TcpListeners::open(OnConnect on_connect) {
  try {
    Poco::Net::ServerSocket socket;
    socket.bind(Poco::Net::SocketAddress("127.0.0.1", 0));
    socket.listen();
    const std::uint16_t port = socket.address().port();
    const std::lock_guard lock(impl_->mutex);
    impl_->listeners[port] = {socket, std::move(on_connect)};
    impl_->ring();
    return port;
  } catch (const Poco::Exception& failure) {
    throw Error(ExitCode::unexpected, "cannot listen on a loopback port", failure.displayText());
  }
}

void TcpListeners::close(std::uint16_t port) {
  const std::lock_guard lock(impl_->mutex);
  impl_->listeners.erase(port);
  impl_->ring();
}

}  // namespace dba::sandbox::streaming
