#include "dba/output/streams.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "dba/output/progress.hpp"
#include "dba/output/prompter.hpp"

#include "support/fake_clock.hpp"
#include "support/string_stream.hpp"

using dba::output::FileStream;
using dba::output::IoStreams;
using dba::output::Progress;
using dba::output::ProgressMode;
using dba::test::StringStream;

namespace {

/// Streams that remember, with a terminal at chosen ends.
struct Screen {
  explicit Screen(dba::platform::Terminal terminal = {}) : io(out, err, terminal) {}
  StringStream out{}, err{};
  IoStreams io;
};

/// A clock on which a sleeper waits until the test says that its second is over.
class TickingClock : public dba::platform::Clock {
 public:
  dba::WallTime wall_now() const override { return inner_.wall_now(); }
  dba::platform::SteadyTime steady_now() const override { return inner_.steady_now(); }
  bool sleep_until(dba::platform::SteadyTime until, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    sleeping_ = true;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return inner_.steady_now() >= until; });
    sleeping_ = false;
    return stop.stop_requested();
  }

  void advance(std::chrono::nanoseconds by) {
    const std::lock_guard lock(mutex_);
    inner_.advance(by);
  }
  /// Advances by one second and returns when whoever slept until then sleeps again.
  void tick() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return sleeping_; });
    inner_.advance(std::chrono::seconds(1));
    sleeping_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return sleeping_; });
  }

 private:
  dba::test::FakeClock inner_{};
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  bool sleeping_ = false;
};

dba::platform::Terminal terminal_of_width(std::size_t width) {
  return {.in_tty = true, .out_tty = true, .err_tty = true, .colour_allowed = true, .width = width};
}

}  // namespace

TEST_CASE("results go to stdout, warnings and notes to stderr, each warning once") {
  Screen screen;
  screen.io.line("mssqlserver.kubedb.com/sales created");
  screen.io.warn("spec.x is deprecated");
  screen.io.warn("spec.x is deprecated");
  screen.io.note("using version 2025-cu0");
  CHECK(screen.out.text() == "mssqlserver.kubedb.com/sales created\n");
  CHECK(screen.err.text() == "Warning: spec.x is deprecated\nusing version 2025-cu0\n");
}

TEST_CASE("--quiet drops notes and keeps warnings") {
  Screen screen;
  screen.io.quiet = true;
  screen.io.note("using version 2025-cu0");
  screen.io.warn("two replicas");
  CHECK(screen.err.text() == "Warning: two replicas\n");
}

TEST_CASE("a warning is coloured when messages are, and its text is harmless") {
  Screen screen;
  screen.io.colour_err = true;
  screen.io.warn("a\x1b[2J");
  CHECK(screen.err.text() == "\x1b[33;1mWarning:\x1b[0m a^[[2J\n");
}

TEST_CASE("a reader that went away is no failure; a full disk is one") {
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK_FALSE(FileStream(ends[1]).closed());
  ::close(ends[0]);
  FileStream pipe(ends[1]);
  CHECK(pipe.closed());
  pipe.write("x");
  pipe.write("y");
  CHECK(pipe.closed());
  CHECK(pipe.failure().empty());
  ::close(ends[1]);
  std::signal(SIGPIPE, previous);

  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  FileStream disk(full);
  CHECK_FALSE(disk.closed());
  disk.write("x");
  CHECK(disk.failure() == "no space left on device");
  ::close(full);
}

TEST_CASE("without a terminal progress is one line a change") {
  Screen screen;
  dba::test::FakeClock clock;
  Progress progress(screen.io, ProgressMode::automatic, clock);
  progress.update("waiting for Ready: phase is Provisioning");
  clock.advance(std::chrono::seconds(90));
  progress.update("waiting for Ready: phase is Provisioning");
  clock.advance(std::chrono::seconds(60));
  progress.update("waiting for Ready: phase is DataRestoring");
  progress.finish();
  CHECK(screen.err.text() ==
        "0s  waiting for Ready: phase is Provisioning\n2m30s  waiting for Ready: phase is DataRestoring\n");
}

TEST_CASE("on a terminal one line is rewritten, the time goes on, blanks cover a longer text, results end it") {
  Screen screen(terminal_of_width(80));
  TickingClock clock;
  {
    Progress progress(screen.io, ProgressMode::automatic, clock);
    progress.update("phase is Provisioning");
    clock.tick();
    progress.update("phase is Ready");
    screen.io.line("done");
    clock.tick();
    progress.finish();
    clock.tick();
  }
  CHECK(screen.err.text() ==
        "\r0s  phase is Provisioning\r1s  phase is Provisioning\r1s  phase is Ready       \n"
        "\r2s  phase is Ready\n");
  CHECK(screen.out.text() == "done\n");
}

TEST_CASE("a progress line never wraps") {
  Screen screen(terminal_of_width(20));
  TickingClock clock;
  Progress progress(screen.io, ProgressMode::automatic, clock);
  progress.update("größer als die Zeile breit ist");
  progress.finish();
  CHECK(screen.err.text() == "\r0s  größer als die…\n");
}

TEST_CASE("plain progress stays plain on a terminal; none and --quiet print nothing") {
  TickingClock clock;
  const auto shown = [&clock](ProgressMode mode, bool quiet) {
    Screen screen(terminal_of_width(80));
    screen.io.quiet = quiet;
    Progress progress(screen.io, mode, clock);
    progress.update("waiting");
    progress.finish();
    return screen.err.text();
  };
  CHECK(shown(ProgressMode::plain, false) == "0s  waiting\n");
  CHECK(shown(ProgressMode::none, false).empty());
  CHECK(shown(ProgressMode::automatic, true).empty());
}

TEST_CASE("questions are asked only where somebody can answer") {
  const auto can_ask = [](bool in, bool err) {
    Screen screen({.in_tty = in, .out_tty = false, .err_tty = err});
    return dba::output::TerminalPrompter(screen.io, {}).can_ask();
  };
  CHECK(can_ask(true, true));
  CHECK_FALSE(can_ask(true, false));
  CHECK_FALSE(can_ask(false, true));
}
