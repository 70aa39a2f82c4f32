#include "dba/output/prompter.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "dba/base/error.hpp"

#include "support/string_stream.hpp"

using dba::output::IoStreams;
using dba::output::TerminalPrompter;
using dba::test::StringStream;

namespace {

/// Standard input is a pipe for as long as this lives.
class Stdin {
 public:
  Stdin() {
    REQUIRE(::pipe2(ends_, O_CLOEXEC) == 0);
    saved_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    REQUIRE(::dup2(ends_[0], STDIN_FILENO) == STDIN_FILENO);
  }
  ~Stdin() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
    ::close(ends_[0]);
    end();
  }
  Stdin(const Stdin&) = delete;
  Stdin& operator=(const Stdin&) = delete;

  void type(std::string_view text) const {
    REQUIRE(::write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
  int saved_ = -1;
};

struct PromptScreen {
  StringStream out{}, err{};
  IoStreams io{out, err, {.in_tty = true, .out_tty = true, .err_tty = true}};
};

}  // namespace

TEST_CASE("an answer is one line, and what stands behind it is left to others") {
  PromptScreen screen;
  Stdin input;
  input.type("sales\nnext\n");
  TerminalPrompter prompter(screen.io, {});
  CHECK(prompter.ask("Type sales to confirm: ") == "sales");
  CHECK(screen.err.text() == "Type sales to confirm: ");
  CHECK(screen.out.text().empty());
  CHECK(prompter.ask("") == "next");
}

TEST_CASE("the end of input is an empty answer, or the answer so far") {
  PromptScreen screen;
  Stdin input;
  input.type("sal");
  input.end();
  TerminalPrompter prompter(screen.io, {});
  CHECK(prompter.ask("? ") == "sal");
  CHECK(prompter.ask("? ").empty());
}

TEST_CASE("a question is harmless and stands on a line of its own") {
  PromptScreen screen;
  Stdin input;
  input.type("y\n");
  screen.io.rewrite_line("1s  waiting");
  TerminalPrompter(screen.io, {}).ask("Delete a\x1b[2J?\n(y/N): ");
  CHECK(screen.err.text() == "\r1s  waiting\nDelete a^[[2J?\n(y/N): ");
}

TEST_CASE("who ends the command instead of answering has changed nothing") {
  PromptScreen screen;
  Stdin input;
  std::stop_source stop;
  const std::jthread interrupter([&stop] { stop.request_stop(); });
  TerminalPrompter prompter(screen.io, stop.get_token());
  try {
    prompter.ask("(y/N): ");
    FAIL("answered");
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::interrupted);
    CHECK(error.info().message == "interrupted while waiting for an answer; nothing was changed");
  }
  CHECK(screen.err.text() == "(y/N): \n");
}
