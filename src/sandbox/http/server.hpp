#pragma once
// The simulated API server on the network: TLS on a free loopback port, bearer token, HTTP/1.1.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dba/base/secret.hpp"

#include "api/api.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

/// An extra path below /sandbox/ (control commands): method, path below it, body → code and JSON.
struct ControlAnswer {
  int code = 200;
  std::string body{};
};
using Control =
    std::function<ControlAnswer(const std::string& method, const std::string& path, const std::string& body)>;

struct ServerOptions {
  std::uint16_t port = 0;  ///< 0 = a free one.
  Control control{};
};

class Server {
 public:
  /// Makes a CA and a server certificate in memory, and a token; listens when it returns.
  Server(api::Api& api, streaming::PodBackend& pods, world::World& world, ServerOptions options);
  ~Server();  ///< Ends every connection; returns within a second.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url() const;  ///< "https://127.0.0.1:PORT"
  std::string ca_pem() const;
  const Secret& token() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::http
