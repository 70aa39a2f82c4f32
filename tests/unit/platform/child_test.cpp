#include "dba/platform/child.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/platform/files.hpp"

namespace dba::platform {

namespace {

using namespace std::chrono_literals;

ChildRequest script(std::string text) { return {.argv = {"sh", "-c", std::move(text)}}; }

std::optional<std::string> next_line(Child& child) { return child.read_line(system_clock().steady_now() + 1min, {}); }

}  // namespace

TEST_CASE("a child's lines come one by one while it runs, and none after its end") {
  const TemporaryDirectory directory("dba-test-");
  const std::string gate = (directory.path() / "gate").string();
  Child child(script(fmt::format("mkfifo {0}; echo one; echo two; read word <{0}; echo \"$word\"; printf rest", gate)));
  CHECK(next_line(child) == "one");
  CHECK(next_line(child) == "two");
  CHECK_FALSE(child.ended());
  const Child opener(script(fmt::format("echo three >{}", gate)));
  CHECK(next_line(child) == "three");
  CHECK_FALSE(next_line(child).has_value());  // what has no end of line is no line
  CHECK(child.ended());
}

TEST_CASE("a child reads its secret from a file that nobody else can name, and nothing from standard input") {
  ChildRequest request =
      script(fmt::format("cat; cat {}; echo; cat {}; echo; ls /proc/self/fd | wc -l", kSecretFile, kSecretFile));
  request.secret_file = "s3cret";
  Child child(request);
  CHECK(next_line(child) == "s3cret");
  CHECK(next_line(child) == "s3cret");
  CHECK(next_line(child) == "5");  // the three streams, the secret, and the folder that ls reads
}

TEST_CASE("the end of what a child complains about is kept, and it never waits for somebody to read it") {
  Child child(script("i=0; while [ $i -lt 5000 ]; do echo \"complaint $i\" >&2; i=$((i+1)); done; echo done"));
  CHECK(next_line(child) == "done");
  CHECK_FALSE(next_line(child).has_value());
  CHECK(child.errors().size() == 4096);
  CHECK(child.errors().ends_with("complaint 4998\ncomplaint 4999\n"));
}

TEST_CASE("nobody waits longer for a line than until the deadline or the stop") {
  Child child(script("exec sleep 1000"));
  CHECK_FALSE(child.read_line(system_clock().steady_now(), {}).has_value());
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(child.read_line(system_clock().steady_now() + 1h, stop.get_token()).has_value());
  CHECK_FALSE(child.ended());
}

TEST_CASE("a child does not outlive its owner, even when it does not want to go") {
  for (const std::string_view on_term : {"", "trap '' TERM; "}) {
    CAPTURE(on_term);
    int pid = 0;
    {
      Child child(script(fmt::format("{}echo $$; while :; do sleep 1; done", on_term)));
      pid = std::stoi(next_line(child).value());
      CHECK(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) != 0);
  }
}

TEST_CASE("a program that is not there cannot be started") {
  CHECK_THROWS_WITH_AS(Child({.argv = {"no-such-program-here"}}),
                       "cannot run no-such-program-here: no such file or directory", Error);
}

}  // namespace dba::platform
