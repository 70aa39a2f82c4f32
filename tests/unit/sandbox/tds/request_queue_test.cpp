#include "tds/request_queue.hpp"

#include <thread>

#include <doctest/doctest.h>

#include "fake_instance.hpp"
#include "streaming/byte_pipe.hpp"

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::sqlserver::tds;

namespace {

/// A queue and what feeds it.
struct Fed {
  test::FakeInstance instance{};
  std::unique_ptr<streaming::ByteStream> client{};
  std::optional<Channel> channel{};
  std::optional<RequestQueue> queue{};

  Fed() {
    auto [near, far] = streaming::make_byte_pipe();
    client = std::move(near);
    channel.emplace(std::move(far), instance, std::stop_token());
    queue.emplace(*channel, MessageReader(1U << 20U));
  }

  void send(PacketType type, std::string_view payload) { client->write(packets(type, payload)); }
  Incoming next() {
    while (true) {
      if (auto message = queue->next()) return std::move(*message);
      REQUIRE_FALSE(queue->over());
    }
  }
};

}  // namespace

TEST_CASE("requests come in the order they were sent") {
  Fed fed;
  for (int i = 0; i < 200; ++i) fed.send(PacketType::batch, std::to_string(i));
  for (int i = 0; i < 200; ++i) CHECK(fed.next().payload == std::to_string(i));
}

TEST_CASE("an attention cancels what runs and forgets what has not been begun") {
  Fed fed;
  fed.send(PacketType::batch, "running");
  CHECK(fed.next().payload == "running");
  const std::stop_token cancel = fed.queue->cancel();
  CHECK_FALSE(cancel.stop_requested());
  fed.client->write(packets(PacketType::batch, "sent ahead") + packets(PacketType::attention, "") +
                    packets(PacketType::batch, "after"));
  while (!fed.queue->take_attention()) std::this_thread::yield();
  CHECK(cancel.stop_requested());
  CHECK_FALSE(fed.queue->take_attention());
  CHECK(fed.next().payload == "after");
  CHECK_FALSE(fed.queue->cancel().stop_requested());
}

TEST_CASE("a client that goes, or sends what is not TDS, cancels what runs and ends the queue") {
  for (const char* last : {"", "garbage"}) {
    CAPTURE(last);
    Fed fed;
    fed.send(PacketType::batch, "running");
    fed.next();
    const std::stop_token cancel = fed.queue->cancel();
    fed.client->write(last);
    if (last == std::string()) fed.client->close_write();
    while (!cancel.stop_requested()) std::this_thread::yield();
    CHECK(fed.queue->over());
    CHECK(fed.queue->next() == std::nullopt);
  }
}

TEST_CASE("a client that sends ahead without end has to wait, and nothing is lost") {
  Fed fed;
  constexpr int kMessages = 64;
  const std::string large(100'000, 'x');
  std::atomic<int> sent = 0;
  std::jthread sender([&] {
    for (int i = 0; i < kMessages; ++i) {
      fed.send(PacketType::batch, large);
      ++sent;
    }
  });
  // Until it comes to a standstill: a MiB in the queue, one in the pipe.
  int before = -1;
  while (before != sent) {
    before = sent;
    std::array<char, 1> nothing{};
    fed.client->read(nothing.data(), 1, std::chrono::milliseconds(100));
  }
  CHECK(sent < kMessages);
  for (int i = 0; i < kMessages; ++i) CHECK(fed.next().payload == large);
}
