#include "dba/platform/interrupt.hpp"

#include <array>
#include <future>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dba/platform/clock.hpp"

namespace dba::platform {

namespace {

void wait_for_stop(const Interrupt& interrupt) {
  CHECK(system_clock().sleep_until(SteadyTime::max(), interrupt.token()));
}

using Handler = void (*)(int);

Handler handler_of(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler;
}

/// Runs `action` in a child process and gives how that ended, as waitpid tells it.
template <typename Action>
int status_of_child(Action action) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    action();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace

TEST_CASE("without a signal nothing is interrupted") {
  const Interrupt interrupt;
  CHECK_FALSE(interrupt.token().stop_requested());
  CHECK(interrupt.signal() == 0);
  CHECK(interrupt.exit_code() == ExitCode::ok);
}

TEST_CASE("the first signal asks everybody to stop and decides the exit code") {
  struct Row {
    const char* name;
    int number;
    ExitCode want;
  };
  for (const Row& row : {Row{"SIGINT", SIGINT, ExitCode::interrupted}, Row{"SIGTERM", SIGTERM, ExitCode::terminated},
                         Row{"SIGHUP", SIGHUP, ExitCode::terminated}}) {
    SUBCASE(row.name) {
      const Interrupt interrupt;
      ::raise(row.number);
      wait_for_stop(interrupt);
      CHECK(interrupt.signal() == row.number);
      CHECK(interrupt.exit_code() == row.want);
    }
  }
}

TEST_CASE("an output that nobody reads any more asks everybody to stop, and is no signal") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Interrupt interrupt;
  SUBCASE("the reader goes later") {
    interrupt.stop_when_unread(ends[1]);
    CHECK_FALSE(interrupt.token().stop_requested());
    ::close(ends[0]);
  }
  SUBCASE("the reader is gone already") {
    ::close(ends[0]);
    interrupt.stop_when_unread(ends[1]);
  }
  wait_for_stop(interrupt);
  CHECK(interrupt.signal() == 0);
  CHECK(interrupt.exit_code() == ExitCode::ok);
  ::close(ends[1]);
}

TEST_CASE("a signal counts also while an output is looked at") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Interrupt interrupt;
  interrupt.stop_when_unread(ends[1]);
  ::raise(SIGTERM);
  wait_for_stop(interrupt);
  CHECK(interrupt.exit_code() == ExitCode::terminated);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("the second signal, whichever it is, ends the process at once") {
  const int status = status_of_child([] {
    const Interrupt interrupt;
    ::raise(SIGINT);
    wait_for_stop(interrupt);
    while (true) ::raise(SIGTERM);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("signals that come together are one") {
  const int status = status_of_child([] {
    const Interrupt interrupt;
    for (const int number : {SIGTERM, SIGTERM, SIGINT}) ::raise(number);
    wait_for_stop(interrupt);
    if (interrupt.exit_code() != ExitCode::terminated) ::_exit(1);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a signal that is ignored from the start stays ignored, as nohup wants it") {
  const Handler before = ::signal(SIGHUP, SIG_IGN);
  {
    const Interrupt interrupt;
    ::raise(SIGHUP);
    CHECK((handler_of(SIGHUP) == SIG_IGN));
    CHECK(interrupt.signal() == 0);
  }
  ::signal(SIGHUP, before);
}

TEST_CASE("a broken pipe is an error of the write while it lives, and everything is as before afterwards") {
  const Handler pipe_before = ::signal(SIGPIPE, SIG_DFL);
  const Handler int_before = handler_of(SIGINT);
  {
    const Interrupt interrupt;
    CHECK((handler_of(SIGPIPE) == SIG_IGN));
    CHECK((handler_of(SIGINT) != int_before));
  }
  CHECK((handler_of(SIGPIPE) == SIG_DFL));
  CHECK((handler_of(SIGINT) == int_before));
  ::signal(SIGPIPE, pipe_before);
}

}  // namespace dba::platform
