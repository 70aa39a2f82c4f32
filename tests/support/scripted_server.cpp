#include "support/scripted_server.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dba::test {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

template <class Type>
Type* read_pem(const std::string& pem, Type* (*read)(BIO*, Type**, pem_password_cb*, void*)) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Type* value = read(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (value == nullptr) throw std::runtime_error("unreadable PEM in a test");
  return value;
}

SSL_CTX* make_context(const ScriptedServer::Options& options) {
  if (!options.tls) return nullptr;
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  X509* certificate = read_pem<X509>(options.tls->certificate_pem, PEM_read_bio_X509);
  EVP_PKEY* key = read_pem<EVP_PKEY>(options.tls->key_pem, PEM_read_bio_PrivateKey);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!options.client_ca_pem.empty()) {
    X509* authority = read_pem<X509>(options.client_ca_pem, PEM_read_bio_X509);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
    X509_free(authority);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

std::string name_of_peer(SSL* ssl) {
  if (ssl == nullptr) return {};
  X509* certificate = SSL_get1_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  X509_free(certificate);
  return name;
}

std::string head(int status, const ServerConnection::ExtraHeaders& headers) {
  std::string text = fmt::format("HTTP/1.1 {} Scripted\r\n", status);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  return text;
}

}  // namespace

std::string ReceivedRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::size_t ReceivedRequest::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& entry) { return same_name(entry.first, name); }));
}

ServerConnection::ServerConnection(int socket, SSL_CTX* context) : socket_(socket) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (context == nullptr) return;
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, socket_);
}

ServerConnection::~ServerConnection() {
  SSL_free(ssl_);
  ::close(socket_);
}

bool ServerConnection::handshake() { return ssl_ == nullptr || SSL_accept(ssl_) == 1; }

bool ServerConnection::fill() {
  char buffer[16384];
  const auto size = ssl_ == nullptr ? ::recv(socket_, buffer, sizeof buffer, 0)
                                    : static_cast<ssize_t>(SSL_read(ssl_, buffer, static_cast<int>(sizeof buffer)));
  if (size <= 0) return false;
  input_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::optional<ReceivedRequest> ServerConnection::receive() {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  ReceivedRequest request;
  std::string_view text = std::string_view(input_).substr(0, end);
  request.method = text.substr(0, text.find(' '));
  text.remove_prefix(request.method.size() + 1);
  request.target = text.substr(0, text.find(' '));
  for (std::size_t at = text.find("\r\n"); at != std::string_view::npos; at = text.find("\r\n")) {
    text.remove_prefix(at + 2);
    const std::string_view line = text.substr(0, text.find("\r\n"));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  input_.erase(0, end + 4);
  const std::string length_text = request.header("Content-Length");
  std::size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  while (input_.size() < length) {
    if (!fill()) return std::nullopt;
  }
  request.body = input_.substr(0, length);
  input_.erase(0, length);
  request.client_name = name_of_peer(ssl_);
  return request;
}

void ServerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ssl_ == nullptr
                          ? ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                          : static_cast<ssize_t>(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void ServerConnection::reply(int status, std::string_view body, std::string_view content_type,
                             const ExtraHeaders& headers) {
  ExtraHeaders all = headers;
  all.emplace_back("Content-Type", content_type);
  all.emplace_back("Content-Length", std::to_string(body.size()));
  send(head(status, all) + "\r\n" + std::string(body));
}

void ServerConnection::begin_chunks(int status, const ExtraHeaders& headers) {
  ExtraHeaders all = headers;
  all.emplace_back("Content-Type", "application/json");
  all.emplace_back("Transfer-Encoding", "chunked");
  send(head(status, all) + "\r\n");
}

void ServerConnection::chunk(std::string_view bytes) { send(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes)); }
void ServerConnection::end_chunks() { send("0\r\n\r\n"); }

std::string ServerConnection::read() {
  if (input_.empty()) fill();
  return std::exchange(input_, {});
}

void ServerConnection::close() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
  ::shutdown(socket_, SHUT_RDWR);
}

void ServerConnection::reset() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
  // Disconnecting a TCP socket drops it with an RST and, unlike closing it, leaves the descriptor ours.
  const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  ::connect(socket_, &nowhere, sizeof nowhere);
}

void ServerConnection::wait_for_hangup() {
  char byte = 0;
  while (::recv(socket_, &byte, 1, 0) > 0) {
  }
  const std::scoped_lock lock(mutex_);
  open_ = false;
}

void ServerConnection::shut_down() { ::shutdown(socket_, SHUT_RDWR); }

ScriptedServer::ScriptedServer(const Options& options) : options_(options), context_(make_context(options)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no listener on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_connections(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    for (const auto& connection : connections_) connection->shut_down();
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  threads_.clear();
  ::close(listener_);
  connections_.clear();
  SSL_CTX_free(context_);
}

void ScriptedServer::accept_connections() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::scoped_lock lock(mutex_);
    connections_.push_back(std::unique_ptr<ServerConnection>(new ServerConnection(socket, context_)));
    if (ending_) return;
    ServerConnection& connection = *connections_.back();
    threads_.emplace_back([this, &connection, number = connections_.size()] { serve(connection, number); });
  }
}

void ScriptedServer::serve(ServerConnection& connection, std::size_t number) {
  if (!options_.greeting.empty()) {
    connection.send(options_.greeting);
    return connection.close();
  }
  if (!connection.handshake()) return connection.close();
  while (connection.open_) {
    std::optional<ReceivedRequest> request = connection.receive();
    if (!request) break;
    request->connection = number;
    Handler handler;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(*request);
      handler = next_handler();
    }
    handler(*request, connection);
  }
  connection.close();
}

ScriptedServer::Handler ScriptedServer::next_handler() {
  if (!script_.empty()) {
    Handler handler = std::move(script_.front());
    script_.pop_front();
    return handler;
  }
  return otherwise_ ? otherwise_ : replies(500, "unexpected request", "text/plain");
}

ScriptedServer& ScriptedServer::then(Handler handler) {
  const std::scoped_lock lock(mutex_);
  script_.push_back(std::move(handler));
  return *this;
}

ScriptedServer& ScriptedServer::otherwise(Handler handler) {
  const std::scoped_lock lock(mutex_);
  otherwise_ = std::move(handler);
  return *this;
}

std::string ScriptedServer::url() const {
  return fmt::format("{}://127.0.0.1:{}", options_.tls ? "https" : "http", port_);
}

std::vector<ReceivedRequest> ScriptedServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::size_t ScriptedServer::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_.size();
}

ScriptedServer::Handler replies(int status, std::string body, std::string content_type,
                                ServerConnection::ExtraHeaders headers) {
  return [=](const ReceivedRequest&, ServerConnection& connection) {
    connection.reply(status, body, content_type, headers);
  };
}

ScriptedServer::Handler sends_then_closes(std::string bytes) {
  return [=](const ReceivedRequest&, ServerConnection& connection) {
    connection.send(bytes);
    connection.close();
  };
}

ScriptedServer::Handler resets() {
  return [](const ReceivedRequest&, ServerConnection& connection) { connection.reset(); };
}

ScriptedServer::Handler hangs() {
  return [](const ReceivedRequest&, ServerConnection& connection) { connection.wait_for_hangup(); };
}

}  // namespace dba::test
