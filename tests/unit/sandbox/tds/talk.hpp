#pragma once
// A client that talks to a conversation over a pipe, without TLS around it.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "piped.hpp"
#include "tds/conversation.hpp"
#include "tds/tokens.hpp"

namespace dba::test {

struct Talk : Piped {
  Talk() {
    start([this](std::unique_ptr<sandbox::streaming::ByteStream> stream) {
      wire::Channel channel(std::move(stream), instance, stop.get_token());
      try {
        wire::converse(instance, channel);
      } catch (const Error&) {
      }
    });
  }

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
