#include "e2e/faults/tls_stream.hpp"

#include <array>
#include <stdexcept>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dba::faults {

TlsStream::TlsStream(const Upstream& upstream)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {
  if (SSL_CTX_load_verify_locations(context_.get(), upstream.ca_file.c_str(), nullptr) != 1) {
    throw std::runtime_error("cannot read " + upstream.ca_file);
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(upstream.host.c_str(), upstream.port.c_str(), &hints, &found) != 0) {
    throw std::runtime_error("cannot resolve " + upstream.host);
  }
  descriptor_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = connect(descriptor_, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (connected != 0) {
    close(descriptor_);
    throw std::runtime_error("cannot connect to " + upstream.host + ":" + upstream.port);
  }
  SSL_set_fd(ssl_.get(), descriptor_);
  if (SSL_connect(ssl_.get()) != 1) {
    close(descriptor_);
    throw std::runtime_error("TLS handshake with the API server failed");
  }
}

TlsStream::~TlsStream() { close(descriptor_); }

void TlsStream::write(std::string_view bytes) {
  if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    throw std::runtime_error("the API server closed the connection");
  }
}

std::string TlsStream::read_some() {
  std::array<char, 16384> buffer{};
  const int count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

}  // namespace dba::faults
