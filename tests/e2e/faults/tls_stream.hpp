#pragma once
// A blocking TLS connection to the API server, checked against the rig's CA.

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace dba::faults {

struct Upstream {
  std::string host{};
  std::string port{};
  std::string ca_file{};
  std::string token{};
};

class TlsStream {
 public:
  /// @throws std::runtime_error when the connection or the handshake fails.
  explicit TlsStream(const Upstream& upstream);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  void write(std::string_view bytes);
  std::string read_some();  ///< Empty at the end of the stream.
  int descriptor() const { return descriptor_; }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  int descriptor_ = -1;
};

}  // namespace dba::faults
