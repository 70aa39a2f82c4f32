#pragma once
// A connection to a whole server, over a pipe.

#include <memory>
#include <utility>

#include "piped.hpp"
#include "tds/server.hpp"

namespace dba::test {

struct Served : Piped {
  explicit Served(bool with_certificate = true) {
    if (with_certificate) {
      instance.server.certificate_pem = server_certificate().certificate_pem;
      instance.server.key_pem = server_certificate().key_pem;
    }
    start([this](std::unique_ptr<sandbox::streaming::ByteStream> stream) {
      sqlserver::serve(instance, std::move(stream), stop.get_token());
    });
  }

  void log_in() {
    client->encrypt_inside(RawClient::prelogin());
    client->log_in();
  }
};

}  // namespace dba::test
