#pragma once
// A small HTTP/1.1 server on loopback whose every answer, and every misbehaviour, is written by the test.

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/test_keys.hpp"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace dba::test {

struct ReceivedRequest {
  std::string method{}, target{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::size_t connection = 0;  ///< Number of the connection it came over, from 1.
  std::string client_name{};   ///< Common name of the client's certificate; empty without one.

  std::string header(std::string_view name) const;  ///< First value; empty when absent. Case does not matter.
  std::size_t header_count(std::string_view name) const;
};

/// What a handler does to the connection its request came over. Unless the connection is broken it serves the next one.
class ServerConnection {
 public:
  using ExtraHeaders = std::vector<std::pair<std::string, std::string>>;
  /// A complete response.
  void reply(int status, std::string_view body, std::string_view content_type = "application/json",
             const ExtraHeaders& headers = {});
  void send(std::string_view bytes);  ///< Raw: garbage, half a head, part of a body …
  void begin_chunks(int status = 200, const ExtraHeaders& headers = {});
  void chunk(std::string_view bytes);
  void end_chunks();
  std::string read();  ///< What came after the request, for a protocol of its own; waits. Empty = the client is gone.
  void close();        ///< A clean end (FIN).
  void reset();        ///< A rude one (RST).
  /// Blocks until the client has gone away or the server ends.
  void wait_for_hangup();

  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

 private:
  friend class ScriptedServer;
  ServerConnection(int socket, SSL_CTX* context);
  bool handshake();
  std::optional<ReceivedRequest> receive();
  bool fill();
  void shut_down();

  int socket_;
  SSL* ssl_ = nullptr;
  std::string input_;
  std::mutex mutex_;
  bool open_ = true;
};

class ScriptedServer {
 public:
  using Handler = std::function<void(const ReceivedRequest& request, ServerConnection& connection)>;

  struct Options {
    std::optional<TestKeyPair> tls{};  ///< Serves https with this certificate.
    std::string client_ca_pem{};       ///< Wants a client certificate of this CA.
    std::string greeting{};            ///< Sent to whoever connects, then the connection is closed.
  };

  ScriptedServer() : ScriptedServer(Options{}) {}
  explicit ScriptedServer(const Options& options);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// The next request that has no handler yet gets this one.
  ScriptedServer& then(Handler handler);
  /// Every request beyond the scripted ones gets this one; without it, 500 with the text "unexpected request".
  ScriptedServer& otherwise(Handler handler);

  int port() const { return port_; }
  std::string url() const;
  std::vector<ReceivedRequest> requests() const;  ///< All so far, in order.
  std::size_t connections() const;

 private:
  void accept_connections();
  void serve(ServerConnection& connection, std::size_t number);
  Handler next_handler();

  Options options_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::deque<Handler> script_;
  Handler otherwise_;
  std::vector<ReceivedRequest> requests_;
  bool ending_ = false;
  std::list<std::unique_ptr<ServerConnection>> connections_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

/// The usual answers as handlers.
ScriptedServer::Handler replies(int status, std::string body, std::string content_type = "application/json",
                                ServerConnection::ExtraHeaders headers = {});
ScriptedServer::Handler sends_then_closes(std::string bytes);
ScriptedServer::Handler resets();
ScriptedServer::Handler hangs();  ///< Never answers.

}  // namespace dba::test
