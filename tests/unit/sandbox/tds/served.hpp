#pragma once
// A connection to a whole server, over a pipe.

#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "raw_client.hpp"
#include "streaming/byte_pipe.hpp"
#include "tds/server.hpp"

namespace dba::test {

/// A connection that is served. The client ends first, unless the test says otherwise.
struct Served {
  FakeInstance instance{};
  std::stop_source stop{};
  std::optional<RawClient> client{};
  std::jthread server{};

  explicit Served(bool with_certificate = true) {
    if (with_certificate) {
      instance.server.certificate_pem = server_certificate().certificate_pem;
      instance.server.key_pem = server_certificate().key_pem;
    }
    auto [near, far] = sandbox::streaming::make_byte_pipe();
    client.emplace(std::move(near));
    server = std::jthread(
        [this, stream = std::move(far)]() mutable { sqlserver::serve(instance, std::move(stream), stop.get_token()); });
  }
  ~Served() { client.reset(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void log_in() {
    client->encrypt_inside(RawClient::prelogin());
    client->log_in();
  }
};

}  // namespace dba::test
