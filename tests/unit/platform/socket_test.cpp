#include "dba/platform/socket.hpp"

#include <future>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/platform/wait.hpp"

namespace dba::platform {

namespace {

using namespace std::chrono_literals;

bool can_be_read(const FileDescriptor& socket, const Wakeup& wakeup = {}, std::optional<SteadyTime> deadline = {}) {
  std::vector<Interest> interests{{socket.get(), true, false}};
  return wait_for(interests, wakeup, deadline) && interests.front().ready;
}

std::string all_of(const FileDescriptor& socket) {
  std::string bytes;
  while (can_be_read(socket) && receive_some(socket, bytes, 65536) == Transfer::some) {
  }
  return bytes;
}

SteadyTime now() { return system_clock().steady_now(); }

}  // namespace

TEST_CASE("a connection to a listener on loopback carries bytes and the end of each direction") {
  Listener listeners[] = {listen_on_loopback(), listen_on("127.0.0.1", 0), listen_on("localhost", 0)};
  for (const Listener& listener : listeners) {
    CHECK(listener.port != 0);
    CHECK_FALSE(accept_connection(listener).is_open());
    const FileDescriptor client = connect_to_loopback(listener.port);
    CHECK(can_be_read(listener.descriptor));
    const FileDescriptor server = accept_connection(listener);
    REQUIRE(server.is_open());

    std::string bytes = "question";
    CHECK(send_some(client, bytes) == Transfer::some);
    CHECK(bytes.empty());
    end_sending(client);
    CHECK(all_of(server) == "question");
    bytes = "answer";
    CHECK(send_some(server, bytes) == Transfer::some);
    end_sending(server);
    CHECK(all_of(client) == "answer");
  }
}

TEST_CASE("a port that is taken, or an address that is not ours, is told as such") {
  const Listener taken = listen_on_loopback();
  const std::string port = std::to_string(taken.port);
  CHECK_THROWS_WITH_AS(listen_on_loopback(taken.port), ("cannot listen on 127.0.0.1:" + port).c_str(), Error);
  CHECK_THROWS_WITH_AS(listen_on("127.0.0.1", taken.port), ("cannot listen on 127.0.0.1:" + port).c_str(), Error);
  CHECK_THROWS_WITH_AS(listen_on("192.0.2.1", 0), "cannot listen on 192.0.2.1:0", Error);
  CHECK_THROWS_WITH_AS(listen_on("sales.example", 0), "\"sales.example\" is not an address to listen on", Error);
}

TEST_CASE("nobody behind a port is told by the system's words") {
  std::uint16_t free_port = 0;
  { free_port = listen_on_loopback().port; }
  try {
    connect_to_loopback(free_port);
    FAIL("it connected");
  } catch (const Error& error) {
    CHECK(error.info().code == ExitCode::sql_unreachable);
    CHECK(error.info().message == fmt::format("cannot connect to 127.0.0.1:{}", free_port));
    CHECK(error.info().cause == "connection refused");
  }
}

TEST_CASE("neither reading nor writing ever waits, and no byte is lost over it") {
  const auto [here, there] = connected_pair();
  std::string nothing;
  CHECK(receive_some(here, nothing, 10) == Transfer::would_block);
  CHECK(nothing.empty());

  std::string bytes(10'000'000, 'x');
  const std::size_t size = bytes.size();
  while (send_some(here, bytes) == Transfer::some) {
  }
  CHECK_FALSE(bytes.empty());
  std::string received = "before:";
  CHECK(receive_some(there, received, 3) == Transfer::some);
  CHECK(received == "before:xxx");
  auto rest = std::async(std::launch::async, [&from = there] { return all_of(from).size(); });
  const Wakeup never;
  while (!bytes.empty()) {
    std::vector<Interest> interests{{here.get(), false, true}};
    CHECK(wait_for(interests, never, std::nullopt));
    CHECK(send_some(here, bytes) != Transfer::closed);
  }
  end_sending(here);
  CHECK(rest.get() == size - 3);
}

TEST_CASE("an other side that is gone is closed for reading and for writing") {
  auto [here, there] = connected_pair();
  there.close();
  std::string bytes = "x";
  CHECK(send_some(here, bytes) == Transfer::closed);
  CHECK(bytes == "x");
  CHECK(receive_some(here, bytes, 10) == Transfer::closed);
}

TEST_CASE("waiting ends with what becomes ready first: a socket, the wake-up, the stop or the deadline") {
  const auto [here, there] = connected_pair();
  Wakeup wakeup;
  CHECK_FALSE(can_be_read(here, wakeup, now() + 1ms));
  CHECK_FALSE(can_be_read(here, wakeup, now() - 1h));

  std::vector<Interest> interests{{here.get(), true, false}, {there.get(), true, false}};
  std::string byte = "x";
  send_some(there, byte);
  CHECK(wait_for(interests, wakeup, std::nullopt));
  CHECK(interests[0].ready);
  CHECK_FALSE(interests[1].ready);

  interests = {{there.get(), true, false}};
  wakeup.notify();
  wakeup.notify();
  CHECK(wait_for(interests, wakeup, std::nullopt));
  CHECK_FALSE(interests[0].ready);
  wakeup.clear();
  wakeup.clear();
  CHECK_FALSE(wait_for(interests, wakeup, now()));

  std::stop_source stop;
  const StopNotice notice(stop.get_token(), wakeup);
  auto waiting = std::async(std::launch::async, [&] { return wait_for(interests, wakeup, std::nullopt); });
  stop.request_stop();
  CHECK(waiting.get());
}

TEST_CASE("a hang-up wakes nobody who wants nothing of that socket") {
  auto [here, there] = connected_pair();
  there.close();
  const Wakeup never;
  std::vector<Interest> interests{{here.get(), false, false}};
  CHECK_FALSE(wait_for(interests, never, now()));
  interests = {{here.get(), true, false}};
  CHECK(wait_for(interests, never, std::nullopt));
}

}  // namespace dba::platform
