#pragma once
// A TLS client without a socket: the peer's bytes go in, bytes for the peer come out. Whoever carries them decides how
// (SQL Server wraps its handshake into packets of its own) and when to give up.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dba::tls {

struct ClientOptions {
  bool verify = true;                         ///< false: whatever certificate the server shows will do.
  std::string authorities_pem{};              ///< What a chain has to end in, when verifying.
  std::vector<std::string> expected_names{};  ///< DNS names; the certificate has to hold one of them, when verifying.
  std::string server_name{};                  ///< Told to the server (SNI); empty = nothing.
  std::vector<std::string> protocols{};       ///< ALPN, in order of preference.
  bool at_most_tls_1_2 = false;
};

class Client {
 public:
  /// @throws Error (usage) when the authorities cannot be read, or there is none, or no expected name, when verifying.
  explicit Client(const ClientOptions& options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Goes on with the handshake as far as the fed bytes allow; true when it is complete. Send what take() holds after
  /// every call, also before reporting a failure (the peer's log tells why then).
  /// @throws Error (sql_unreachable) with what is wrong with the certificate, or OpenSSL's reason.
  bool handshake();
  void feed(std::string_view from_peer);
  std::string take();  ///< What is to be sent to the peer; empty = nothing.
  /// Appends what the fed bytes decrypt to. False once the peer has closed its side.
  /// @throws Error (sql_unreachable) for bytes that are no TLS of this session.
  bool read(std::string& into);
  void write(std::string_view plain);  ///< take() then holds it encrypted.
  std::string version() const;         ///< "TLSv1.2"; after the handshake.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::tls
