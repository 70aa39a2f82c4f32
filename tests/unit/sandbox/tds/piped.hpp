#pragma once
// A client at one end of a pipe and a server at the other.

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "raw_client.hpp"
#include "streaming/byte_pipe.hpp"

namespace dba::test {

/// The client ends first, unless the test says otherwise.
struct Piped {
  FakeInstance instance{};
  std::stop_source stop{};
  std::optional<RawClient> client{};
  std::jthread server{};

  Piped() = default;
  ~Piped() { client.reset(); }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;

  /// @param serve  takes the server's end of the pipe, in a thread of its own
  template <typename Serve>
  void start(Serve serve) {
    auto [near, far] = sandbox::streaming::make_byte_pipe();
    client.emplace(std::move(near));
    server = std::jthread([serve, stream = std::move(far)]() mutable { serve(std::move(stream)); });
  }
};

}  // namespace dba::test
