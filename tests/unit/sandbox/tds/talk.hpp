#pragma once
// A client that talks to a conversation over a pipe, without TLS around it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "raw_client.hpp"
#include "streaming/byte_pipe.hpp"
#include "tds/conversation.hpp"
#include "tds/tokens.hpp"

namespace dba::test {

/// A client that is logged in. It ends before its server does.
struct Talk {
  FakeInstance instance{};
  std::stop_source stop{};
  std::optional<RawClient> client{};
  std::jthread server{};

  Talk() {
    auto [near, far] = sandbox::streaming::make_byte_pipe();
    client.emplace(std::move(near));
    server = std::jthread([this, stream = std::move(far)]() mutable {
      wire::Channel channel(std::move(stream), instance, stop.get_token());
      try {
        wire::converse(instance, channel);
      } catch (const Error&) {
      }
    });
  }
  ~Talk() { client.reset(); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  void answers(FakeInstance::OnRun on_run) { instance.on_run = std::move(on_run); }
};

inline constexpr const char* kAttentionDone = "fd 20 00 00 00 00 00 00 00 00 00 00 00";
inline constexpr const char* kStatus0 = "79 00 00 00 00";
inline constexpr const char* kProcedureDone = "fe 00 00 e0 00 00 00 00 00 00 00 00 00";

inline std::string error_hex(int number, int severity, int state, std::string_view text) {
  std::string out;
  wire::append_message(out, {number, severity, state, std::string(text)}, "fake");
  return hex(out);
}

}  // namespace dba::test
