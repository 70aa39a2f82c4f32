#pragma once
// One forwarded connection: a client's stream on one side, a port of the pod on the other.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "streaming/inbox.hpp"
#include "streaming/session.hpp"

namespace dba::sandbox::streaming {

class Forwarding {
 public:
  /// What the client's side does; called from the forwarding's own threads.
  struct Client {
    std::function<bool(std::string_view)> data{};   ///< Bytes from the pod; false: nobody takes them any more.
    std::function<void(std::string_view)> error{};  ///< Why there is no connection.
    std::function<void()> end_of_data{};            ///< The pod has sent its last byte.
    std::function<void()> over{};                   ///< Both directions have ended. Called exactly once.
    std::function<void()> taken{};                  ///< There is room for more from the client.
    bool ends_together = false;                     ///< The pod's end is the end of both directions.
  };
  Forwarding(const SessionContext& context, int port, Client client);
  ~Forwarding();  ///< Ends the connection.
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;

  void put(std::string bytes) { inbox_.put(std::move(bytes)); }  ///< From the client.
  void end() { inbox_.end(); }                                   ///< The client has sent its last byte.
  bool has_room() const { return inbox_.has_room(); }

 private:
  const SessionContext& context_;
  int port_;
  Client client_;
  Inbox inbox_;
  std::jthread thread_{};

  void run(const std::stop_token& stop);
  void pump(ByteStream& pod, const std::stop_token& stop);
};

}  // namespace dba::sandbox::streaming
