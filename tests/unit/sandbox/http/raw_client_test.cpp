#include "raw_client.hpp"

#include <array>

#include <Poco/Crypto/X509Certificate.h>
#include <Poco/Exception.h>
#include <Poco/MemoryStream.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "dba/base/text.hpp"

namespace dba::sandbox::http {

namespace {

Poco::Net::Context::Ptr trusting(const std::string& ca_pem) {
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
  Poco::MemoryInputStream ca(ca_pem.data(), static_cast<std::streamsize>(ca_pem.size()));
  context->addCertificateAuthority(Poco::Crypto::X509Certificate(ca));
  return context;
}

}  // namespace

TestServer::TestServer(Control control, api::ApiOptions options)
    : world(platform::system_clock(), 1, 1.0), api(world, options) {
  for (const char* name : {"default", "demo"}) {
    api.create(type("", "v1", "namespaces"), "",
               Json{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}});
  }
  server = std::make_unique<Server>(api, pods, world, ServerOptions{.port = 0, .control = std::move(control)});
}

int TestServer::port() const { return std::stoi(server->url().substr(server->url().rfind(':') + 1)); }

const api::Resource& TestServer::type(std::string_view group, std::string_view version, std::string_view plural) const {
  const api::Resource* found = api::find_resource(group, version, plural);
  REQUIRE(found != nullptr);
  return *found;
}

void TestServer::add_config_map(const std::string& name, const std::string& value) {
  Json object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}, {"data", {{"k", value}}}};
  api.create(type("", "v1", "configmaps"), "demo", std::move(object));
}

Json Response::json() const { return codec::parse_json(body, "response"); }

std::string Response::message() const { return codec::string_at(json(), {"message"}); }

RawClient::RawClient(const TestServer& server)
    : token_(server.server->token().reveal()),
      socket_(Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(server.port())), "localhost",
              trusting(server.server->ca_pem())) {
  socket_.setReceiveTimeout(Poco::Timespan(10, 0));
  socket_.setSendTimeout(Poco::Timespan(10, 0));
}

bool RawClient::send(std::string_view bytes) {
  try {
    while (!bytes.empty()) {
      const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 65536)));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

bool RawClient::request(std::string_view method, std::string_view path, std::string_view body, std::string_view headers,
                        std::string_view media) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n{}", method, path, token_, headers);
  if (!body.empty()) text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", media, body.size());
  return send(text + "\r\n" + std::string(body));
}

bool RawClient::fill() {
  std::array<char, 16384> buffer{};
  try {
    const int got = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) return false;
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

std::optional<std::string> RawClient::take_line() {
  std::size_t end = 0;
  while ((end = input_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string line = input_.substr(0, end);
  input_.erase(0, end + 2);
  return line;
}

std::optional<std::string> RawClient::take(std::size_t size) {
  while (input_.size() < size) {
    if (!fill()) return std::nullopt;
  }
  std::string taken = input_.substr(0, size);
  input_.erase(0, size);
  return taken;
}

std::optional<std::string> RawClient::take_chunk() {
  const std::optional<std::string> length = take_line();
  if (!length) return std::nullopt;
  std::optional<std::string> chunk = take(std::stoul(*length, nullptr, 16));
  if (!take_line()) return std::nullopt;
  return chunk;
}

std::optional<Response> RawClient::response(bool head_only) {
  const std::optional<std::string> status = take_line();
  if (!status || status->size() < 12) return std::nullopt;
  Response response{.code = std::stoi(status->substr(9, 3))};
  while (true) {
    const std::optional<std::string> line = take_line();
    if (!line) return std::nullopt;
    if (line->empty()) break;
    const std::size_t colon = line->find(':');
    response.headers.emplace(to_lower(line->substr(0, colon)), trim(line->substr(colon + 1)));
  }
  if (head_only) return response;
  if (response.headers.contains("content-length")) {
    const std::optional<std::string> body = take(std::stoul(response.headers["content-length"]));
    if (!body) return std::nullopt;
    response.body = *body;
  } else {
    for (;;) {
      const std::optional<std::string> chunk = take_chunk();
      if (!chunk) return std::nullopt;
      if (chunk->empty()) break;
      response.body += *chunk;
    }
  }
  return response;
}

std::optional<std::string> RawClient::line() {
  std::size_t end = 0;
  while ((end = chunks_.find('\n')) == std::string::npos) {
    const std::optional<std::string> chunk = take_chunk();
    if (!chunk || chunk->empty()) return std::nullopt;
    chunks_ += *chunk;
  }
  std::string line = chunks_.substr(0, end);
  chunks_.erase(0, end + 1);
  return line;
}

bool RawClient::closed() {
  std::array<char, 4096> buffer{};
  try {
    while (socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size())) > 0) {
    }
    return true;
  } catch (const Poco::TimeoutException&) {
    return false;
  } catch (const Poco::Exception&) {
    return true;
  }
}

void RawClient::close() { socket_.close(); }

void RawClient::vanish() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.impl()->sockfd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  socket_.abort();
}

Response ask(const TestServer& server, std::string_view method, std::string_view path, std::string_view body,
             std::string_view headers, std::string_view media) {
  RawClient client(server);
  REQUIRE(client.request(method, path, body, headers, media));
  const std::optional<Response> response = client.response(method == "HEAD");
  REQUIRE(response.has_value());
  return *response;
}

}  // namespace dba::sandbox::http
