// How long the answer of a credential plugin is kept, and who asks for the next one.
#include "exec_credentials.hpp"

#include <atomic>
#include <future>
#include <latch>

#include <doctest/doctest.h>

#include "support/fake_clock.hpp"
#include "support/fake_process.hpp"

using namespace std::chrono_literals;

namespace dba::kube {

namespace {

platform::ProcessResult answer(const std::string& token, const std::string& expires = "") {
  const std::string until = expires.empty() ? "" : R"("expirationTimestamp":")" + expires + "\",";
  return {.out = R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{)" + until +
                 R"("token":")" + token + "\"}}"};
}

ExecPlugin plugin() {
  return {.api_version = "client.authentication.k8s.io/v1", .command = "plugin", .interactive_mode = "Never"};
}

struct Fixture {
  test::FakeProcessRunner processes{};
  test::FakeClock clock{};  // 2026-01-02T03:04:05Z
  ExecCredentials credentials{plugin(), PluginInput::no_terminal, platform::Environment(), processes, clock};

  void expect(const platform::ProcessResult& result) { processes.expect({"plugin"}, result); }
  std::string token() { return credentials.current({}).authorization.reveal(); }
};

}  // namespace

TEST_CASE("an answer without expiry is good for the life of the process") {
  Fixture fixture;
  fixture.expect(answer("one"));
  CHECK(fixture.token() == "Bearer one");
  fixture.clock.advance(std::chrono::hours(100000));
  CHECK(fixture.token() == "Bearer one");
  CHECK(fixture.processes.requests().size() == 1);
}

TEST_CASE("an answer is good up to its expiry and no longer") {
  Fixture fixture;
  fixture.expect(answer("one", "2026-01-02T03:05:05Z"));
  fixture.expect(answer("two"));
  CHECK(fixture.token() == "Bearer one");
  fixture.clock.advance(60s);
  CHECK(fixture.token() == "Bearer one");
  fixture.clock.advance(1ms);
  CHECK(fixture.token() == "Bearer two");
}

TEST_CASE("an answer that has expired already is used once: the server is the judge") {
  Fixture fixture;
  fixture.expect(answer("late", "2020-01-01T00:00:00Z"));
  fixture.expect(answer("later", "2020-01-01T00:00:00Z"));
  CHECK(fixture.token() == "Bearer late");
  CHECK(fixture.token() == "Bearer later");
}

TEST_CASE("the generation rises only with another credential") {
  Fixture fixture;
  fixture.expect(answer("one", "2026-01-02T03:04:06Z"));
  fixture.expect(answer("one", "2026-01-02T03:04:08Z"));
  fixture.expect(answer("two"));
  const std::uint64_t first = fixture.credentials.current({}).generation;
  fixture.clock.advance(2s);
  CHECK(fixture.credentials.current({}).generation == first);
  fixture.clock.advance(2s);
  CHECK(fixture.credentials.current({}).generation > first);
}

TEST_CASE("after a 401 the plugin is asked again, and a second refusal of the same answer is final") {
  Fixture fixture;
  fixture.expect(answer("one"));
  const Credential refused = fixture.credentials.current({});
  SUBCASE("another answer") {
    fixture.expect(answer("two"));
    CHECK(fixture.credentials.refresh_after_unauthorized(refused));
    CHECK(fixture.credentials.refresh_after_unauthorized(refused));  // A parallel request with the same credential.
    CHECK(fixture.token() == "Bearer two");
    CHECK(fixture.credentials.refresh_after_unauthorized(refused));  // A late one: there is a newer credential already.
    CHECK(fixture.token() == "Bearer two");
  }
  SUBCASE("the same answer") {
    fixture.expect(answer("one"));
    CHECK(fixture.credentials.refresh_after_unauthorized(refused));
    CHECK(fixture.token() == "Bearer one");
    CHECK_FALSE(fixture.credentials.refresh_after_unauthorized(fixture.credentials.current({})));
    fixture.expect(answer("three"));  // A later request tries its luck all the same.
    CHECK(fixture.token() == "Bearer three");
  }
}

TEST_CASE("a failure is not kept") {
  Fixture fixture;
  fixture.expect({.exit_code = 1});
  fixture.expect(answer("one"));
  CHECK_THROWS_AS(fixture.token(), Error);
  CHECK(fixture.token() == "Bearer one");
}

namespace {

/// Starts `count` requests in parallel and holds the plugin until all have been started.
std::vector<std::string> in_parallel(Fixture& fixture, int count) {
  std::latch started(count);
  fixture.processes.during = [&](const auto&, const auto&) { started.wait(); };
  std::vector<std::future<std::string>> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back(std::async(std::launch::async, [&] {
      started.count_down();
      try {
        return fixture.token();
      } catch (const Error& error) {
        return error.info().message;
      }
    }));
  }
  std::vector<std::string> results;
  for (std::future<std::string>& request : requests) results.push_back(request.get());
  return results;
}

}  // namespace

TEST_CASE("parallel requests start the plugin once") {
  Fixture fixture;
  fixture.expect(answer("one"));
  CHECK(in_parallel(fixture, 8) == std::vector<std::string>(8, "Bearer one"));
  CHECK(fixture.processes.requests().size() == 1);
}

TEST_CASE("one who waits for somebody else's plugin can be stopped") {
  Fixture fixture;
  fixture.expect(answer("one"));
  std::promise<void> running;
  std::promise<void> go_on;
  fixture.processes.during = [&](const auto&, const auto&) {
    running.set_value();
    go_on.get_future().wait();
  };
  std::future<std::string> runner = std::async(std::launch::async, [&] { return fixture.token(); });
  running.get_future().wait();
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_WITH_AS(fixture.credentials.current(stop.get_token()),
                       "interrupted while waiting for credential plugin plugin", Error);
  go_on.set_value();
  CHECK(runner.get() == "Bearer one");
}

namespace {

/// Tells when somebody looks at it for the second time. An answer is checked for its expiry with the lock held that a
/// finished run needs, too: the second who looks is sure to wait for the run of the first.
class WatchedClock : public test::FakeClock {
 public:
  WallTime wall_now() const override {
    if (++looks_ == 2) second_.set_value();
    return FakeClock::wall_now();
  }
  void wait_for_second_look() { second_.get_future().wait(); }

 private:
  mutable std::atomic<int> looks_{0};
  mutable std::promise<void> second_{};
};

/// Two who want a credential after the old one has expired; the second waits for the run of the first.
struct Pair {
  test::FakeProcessRunner processes{};
  WatchedClock clock{};
  ExecCredentials credentials{plugin(), PluginInput::no_terminal, platform::Environment(), processes, clock};
  std::stop_source stop_first{};

  std::string text(const std::stop_token& stop) {
    try {
      return credentials.current(stop).authorization.reveal();
    } catch (const Error& error) {
      return error.info().message;
    }
  }
  /// @param results    what the plugin gives to the two of them
  /// @param before_end called when both are there, before the first run ends
  std::pair<std::string, std::string> run(const std::vector<platform::ProcessResult>& results,
                                          const std::function<void()>& before_end) {
    processes.expect({"plugin"}, answer("old", "2020-01-01T00:00:00Z"));
    for (const platform::ProcessResult& result : results) processes.expect({"plugin"}, result);
    CHECK(text({}) == "Bearer old");
    std::promise<void> running;
    std::promise<void> go_on;
    std::atomic<int> runs{0};
    processes.during = [&](const auto&, const auto&) {
      if (++runs > 1) return;
      running.set_value();
      go_on.get_future().wait();
    };
    std::future<std::string> first = std::async(std::launch::async, [&] { return text(stop_first.get_token()); });
    running.get_future().wait();
    std::future<std::string> second = std::async(std::launch::async, [&] { return text({}); });
    clock.wait_for_second_look();
    before_end();
    go_on.set_value();
    return {first.get(), second.get()};
  }
};

}  // namespace

TEST_CASE("when the one who runs the plugin is stopped, another who waits runs it again") {
  Pair pair;
  const auto [first, second] =
      pair.run({answer("thrown away"), answer("two")}, [&] { pair.stop_first.request_stop(); });
  CHECK(first == "interrupted while running credential plugin plugin");
  CHECK(second == "Bearer two");
}

TEST_CASE("those who wait share the failure of the run") {
  Pair pair;
  const auto [first, second] = pair.run({{.exit_code = 3}}, [] {});
  CHECK(first == "getting credentials: exec: executable plugin failed with exit code 3");
  CHECK(second == first);
}

}  // namespace dba::kube
