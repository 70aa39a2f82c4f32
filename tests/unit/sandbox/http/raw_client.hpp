#pragma once
// A TLS client that sends exactly the bytes it is told to, and a server with an empty world to send them to.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <Poco/Net/SecureStreamSocket.h>

#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

#include "api/api.hpp"
#include "http/server.hpp"
#include "streaming/pod_backend.hpp"
#include "world/world.hpp"

namespace dba::sandbox::http {

constexpr std::string_view kMaps = "/api/v1/namespaces/demo/configmaps";

class NoPods final : public streaming::PodBackend {
 public:
  streaming::ExecResult exec(const streaming::ExecRequest&, const streaming::ExecStreams&,
                             const std::stop_token&) override {
    return {.exit_code = 7};
  }
  std::unique_ptr<streaming::ByteStream> connect(const streaming::PodRef&, int) override { return nullptr; }
  void logs(const streaming::LogRequest&, const std::function<bool(std::string_view)>& sink,
            const std::stop_token&) override {
    sink("one line\n");
  }
};

struct TestServer {
  explicit TestServer(Control control = {}, api::ApiOptions options = {});
  world::World world;
  api::Api api;
  NoPods pods{};
  std::unique_ptr<Server> server;

  int port() const;
  const api::Resource& type(std::string_view group, std::string_view version, std::string_view plural) const;
  /// Stores a ConfigMap in namespace demo.
  void add_config_map(const std::string& name, const std::string& value = "1");
};

struct Response {
  int code = 0;
  std::map<std::string, std::string, std::less<>> headers{};  ///< Names in lower case.
  std::string body{};
  Json json() const;
  std::string message() const;  ///< Of a Status.
};

class RawClient {
 public:
  explicit RawClient(const TestServer& server);

  bool send(std::string_view bytes);  ///< False when the server has hung up.
  /// "METHOD PATH" with the token and what else is given; headers end with "\r\n" each.
  bool request(std::string_view method, std::string_view path, std::string_view body = "",
               std::string_view headers = "", std::string_view media = "application/json");
  /// Absent when the connection ends first, or nothing comes for ten seconds.
  std::optional<Response> response(bool head_only = false);
  /// The next line of a chunked stream whose head was read with response(true); absent at its end.
  std::optional<std::string> line();
  /// Exactly so many bytes of a connection that no longer speaks HTTP; absent as above.
  std::optional<std::string> bytes(std::size_t size) { return take(size); }
  /// Waits until the server closes; false when it does not within ten seconds.
  bool closed();
  void close();   ///< Hangs up without a word.
  void vanish();  ///< Resets the connection.

 private:
  std::string token_;
  Poco::Net::SecureStreamSocket socket_;
  std::string input_{}, chunks_{};

  bool fill();
  std::optional<std::string> take_line();
  std::optional<std::string> take(std::size_t size);
  std::optional<std::string> take_chunk();
};

/// One request on a connection of its own.
Response ask(const TestServer& server, std::string_view method, std::string_view path, std::string_view body = "",
             std::string_view headers = "", std::string_view media = "application/json");

}  // namespace dba::sandbox::http
