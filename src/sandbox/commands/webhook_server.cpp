#include "commands/webhook_server.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "http/connections.hpp"
#include "http/identity.hpp"
#include "http/session.hpp"

namespace dba::sandbox::commands {

namespace {

using kubedb::ReviewPhase;

constexpr const char* kMutate = "/mutate";
constexpr const char* kValidate = "/validate";

Poco::Net::SecureServerSocket listen(const http::Identity& identity) {
  try {
    return {Poco::Net::SocketAddress("127.0.0.1", 0), 64, identity.context};
  } catch (const Poco::Exception& error) {
    throw Error(ExitCode::unexpected, "cannot listen on 127.0.0.1 for the webhook", error.displayText());
  }
}

std::optional<ReviewPhase> phase_of(const http::Request& request) {
  if (request.method != "POST") return std::nullopt;
  if (request.path == kMutate) return ReviewPhase::mutating;
  if (request.path == kValidate) return ReviewPhase::validating;
  return std::nullopt;
}

http::Answer text_answer(int code, std::string text) {
  return {.code = code, .body = std::move(text), .content_type = "text/plain; charset=utf-8"};
}

}  // namespace

struct WebhookServer::Impl {
  Impl(kubedb::Lookup look, platform::Clock& clock)
      : lookup(std::move(look)),
        identity(http::make_identity(clock.wall_now())),
        listener(listen(identity)),
        connections(listener, [this](Poco::Net::StreamSocket& socket, const std::stop_token& stop) {
          http::serve_connection(socket, stop, [this](http::Exchange& exchange) { exchange.answer(answer(exchange)); });
        }) {}

  http::Answer answer(const http::Exchange& exchange) {
    const std::optional<ReviewPhase> phase = phase_of(exchange.request());
    if (!phase) return text_answer(404, "404 page not found\n");
    try {
      const Json review = kubedb::review(*phase, codec::parse_json(exchange.request().body, "AdmissionReview"), lookup);
      ++(*phase == ReviewPhase::mutating ? mutations : validations);
      return {.body = codec::compact_json(review)};
    } catch (const std::exception& error) {  // Whatever the body was: the API server takes it for a failed call.
      return text_answer(500, error.what());
    }
  }

  kubedb::Lookup lookup;
  http::Identity identity;
  std::atomic<std::uint64_t> mutations = 0, validations = 0;
  Poco::Net::SecureServerSocket listener;
  http::Connections connections;  // last: it ends before what it uses
};

WebhookServer::WebhookServer(kubedb::Lookup lookup, platform::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(lookup), clock)) {}
WebhookServer::~WebhookServer() = default;

std::string WebhookServer::url(ReviewPhase phase) const {
  return fmt::format("https://127.0.0.1:{}{}", impl_->listener.address().port(),
                     phase == ReviewPhase::mutating ? kMutate : kValidate);
}

const std::string& WebhookServer::ca_pem() const { return impl_->identity.ca_pem; }

std::uint64_t WebhookServer::reviews(ReviewPhase phase) const {
  return phase == ReviewPhase::mutating ? impl_->mutations : impl_->validations;
}

}  // namespace dba::sandbox::commands
