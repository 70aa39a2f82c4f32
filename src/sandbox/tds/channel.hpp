#pragma once
// The bytes of one connection, in clear or through TLS. A frozen server neither reads nor writes.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "dba/tls/server.hpp"

#include "streaming/pod_backend.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// How soon a thread that waits for a client notices anything else.
inline constexpr std::chrono::milliseconds kSlice{100};

enum class Received { some, nothing_yet, over };

/// One thread may receive while another sends.
class Channel {
 public:
  /// Everything ends when `stop` is requested, also a send that waits for the client.
  Channel(std::unique_ptr<streaming::ByteStream> stream, const Instance& instance, const std::stop_token& stop);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Appends what has come in, waiting a moment for it. @throws Error (unexpected) for what is not of the TLS session.
  Received receive(std::string& into);
  /// Waits while the server is frozen, and while the client does not read. False: nobody reads any more.
  bool send(std::string_view bytes);
  /// From now on through a TLS session whose handshake is done. @param early what the client has sent of it already
  void encrypt(tls::Server tls, std::string_view early);
  /// False: the connection is to end.
  bool wait_until_thawed() const;
  /// Says that nothing more will be sent, and gives the client a moment to read all and go.
  void finish();

 private:
  struct CloseWrite {
    streaming::ByteStream* stream;
    void operator()() const { stream->close_write(); }
  };

  bool decrypt(std::string& into);

  std::unique_ptr<streaming::ByteStream> stream_;
  const Instance& instance_;
  std::stop_token stop_;
  std::mutex mutex_{};  ///< Of the TLS session.
  std::optional<tls::Server> tls_{};
  std::stop_callback<CloseWrite> on_stop_;
};

}  // namespace dba::sandbox::sqlserver::tds
