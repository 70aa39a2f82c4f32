#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>
#include <sys/socket.h>

#include "dba/base/error.hpp"

#include "curl_request.hpp"

namespace dba::kube {

namespace {

/// OpenSSL writes to sockets in a way that raises SIGPIPE when the peer is gone; blocked, it is an error code only.
void ignore_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};

class CurlTransport : public Transport {
 public:
  CurlTransport(const ClientConfig& config, int verbosity, Trace trace)
      : shared_{.config = config, .server = CurlServer(config), .trace = HttpTrace(verbosity, std::move(trace))} {
    multi_.reset(curl().multi_init());
    if (multi_ == nullptr) throw std::bad_alloc();
    curl().multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl().multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 16L);
  }

  ~CurlTransport() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    curl().multi_wakeup(multi_.get());
    thread_.join();
  }

  std::uint64_t start(HttpRequest request, Credential credential, std::shared_ptr<ResponseSink> sink) override {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t id = ++last_id_;
    starts_.push_back({id, std::move(request), std::move(credential), std::move(sink)});
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    curl().multi_wakeup(multi_.get());
    return id;
  }

  void cancel(std::uint64_t id) override {
    const std::scoped_lock lock(mutex_);
    cancels_.push_back(id);
    curl().multi_wakeup(multi_.get());
  }

 private:
  struct Start {
    std::uint64_t id;
    HttpRequest request;
    Credential credential;
    std::shared_ptr<ResponseSink> sink;
  };

  void run(const std::stop_token& stop) {
    ignore_broken_pipes();
    while (!stop.stop_requested()) {
      take_orders();
      int running = 0;
      curl().multi_perform(multi_.get(), &running);
      collect_finished();
      curl().multi_poll(multi_.get(), nullptr, 0, 60'000, nullptr);
    }
    take_orders();
    while (!active_.empty()) give_up(active_.begin()->first);
  }

  void take_orders() {
    std::vector<Start> starts;
    std::vector<std::uint64_t> cancels;
    {
      const std::scoped_lock lock(mutex_);
      starts.swap(starts_);
      cancels.swap(cancels_);
    }
    for (Start& order : starts) begin(std::move(order));
    for (const std::uint64_t id : cancels) give_up(id);
  }

  void begin(Start order) {
    try {
      auto request = std::make_unique<CurlRequest>(shared_, std::move(order.request), order.credential, order.sink);
      curl().multi_add_handle(multi_.get(), request->easy());
      active_.emplace(order.id, std::move(request));
    } catch (const Error& error) {
      const TransportFailure failure{.kind = TransportFailure::Kind::other, .message = error.info().message};
      order.sink->on_end(&failure);
    }
  }

  void give_up(std::uint64_t id) {
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    const std::unique_ptr<CurlRequest> request = std::move(found->second);
    active_.erase(found);
    curl().multi_remove_handle(multi_.get(), request->easy());
    request->cancel();
  }

  void collect_finished() {
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;  // the message is gone once its handle is removed
      const auto found =
          std::find_if(active_.begin(), active_.end(), [&](const auto& entry) { return entry.second->easy() == easy; });
      if (found == active_.end()) continue;
      const std::unique_ptr<CurlRequest> request = std::move(found->second);
      active_.erase(found);
      if (request->met_silence(code)) close_connection(easy);
      curl().multi_remove_handle(multi_.get(), easy);
      request->finish(code);
    }
  }

  /// libcurl keeps a shared connection when one request on it times out. If nothing at all was heard meanwhile it is
  /// probably dead, and later requests (the look-up after an unanswered POST) would wait on it in vain.
  static void close_connection(CURL* easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl().easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK || socket == CURL_SOCKET_BAD) return;
    ::shutdown(socket, SHUT_RDWR);
  }

  std::unique_ptr<CURLM, MultiDeleter> multi_;

  std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::vector<Start> starts_;
  std::vector<std::uint64_t> cancels_;

  // Of the network thread alone.
  CurlShared shared_;
  std::map<std::uint64_t, std::unique_ptr<CurlRequest>> active_;

  std::jthread thread_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const ClientConfig& config, int verbosity, Trace trace) {
  return std::make_shared<CurlTransport>(config, verbosity, std::move(trace));
}

}  // namespace dba::kube
