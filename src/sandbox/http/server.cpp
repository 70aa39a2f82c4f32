#include "http/server.hpp"

#include <memory>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/platform/clock.hpp"

#include "http/connections.hpp"
#include "http/identity.hpp"
#include "http/router.hpp"
#include "http/session.hpp"

namespace dba::sandbox::http {

namespace {

constexpr int kBacklog = 256;

Poco::Net::SecureServerSocket listen(std::uint16_t port, const Identity& identity) {
  try {
    return {Poco::Net::SocketAddress("127.0.0.1", port), kBacklog, identity.context};
  } catch (const Poco::Exception& error) {
    throw Error(ExitCode::unexpected, fmt::format("cannot listen on 127.0.0.1:{}", port), error.displayText());
  }
}

}  // namespace

struct Server::Impl {
  Identity identity;
  Secret token;
  Router router;
  Poco::Net::SecureServerSocket listener;
  Connections connections;

  Impl(api::Api& api, streaming::PodBackend& pods, world::World& world, ServerOptions options)
      : identity(make_identity(platform::system_clock().wall_now())),
        token(make_token()),
        router(api, pods, world, std::move(options.control), token),
        listener(listen(options.port, identity)),
        connections(listener, [this](Poco::Net::StreamSocket& socket, const std::stop_token& stop) {
          serve_connection(socket, stop, [this](Exchange& exchange) { router.serve(exchange); });
        }) {}
};

Server::Server(api::Api& api, streaming::PodBackend& pods, world::World& world, ServerOptions options)
    : impl_(std::make_unique<Impl>(api, pods, world, std::move(options))) {}

Server::~Server() = default;

std::string Server::url() const { return fmt::format("https://127.0.0.1:{}", impl_->listener.address().port()); }

std::string Server::ca_pem() const { return impl_->identity.ca_pem; }

const Secret& Server::token() const { return impl_->token; }

}  // namespace dba::sandbox::http
