#include "dba/platform/process.hpp"

#include <filesystem>
#include <fstream>
#include <future>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dba/platform/files.hpp"

namespace dba::platform {

namespace {

ProcessResult run(ProcessRequest request) { return posix_process_runner().run(request, std::stop_token{}); }

ProcessRequest shell(std::string script) { return {.argv = {"sh", "-c", std::move(script)}}; }

}  // namespace

TEST_CASE("a child's output, errors and exit code come back") {
  const ProcessResult result = run(shell("echo out; echo err >&2; exit 7"));
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK(result.exit_code == 7);
  CHECK_FALSE(result.not_found);
  CHECK(result.start_error.empty());
}

TEST_CASE("arguments arrive as they are, without any shell") {
  const ProcessResult result = run({.argv = {"printf", "%s|", "a b", "$HOME", "*", "", "'\""}});
  CHECK(result.out == "a b|$HOME|*||'\"|");
}

TEST_CASE("a megabyte goes in and comes out of both streams at the same time without a deadlock") {
  const std::string input(1 << 20, 'x');
  ProcessRequest request = shell("tee /dev/stderr");
  request.stdin_text = input;
  const ProcessResult result = run(std::move(request));
  CHECK(result.out == input);
  CHECK(result.err == input);
  CHECK(result.exit_code == 0);
}

TEST_CASE("a child that does not read its input is no failure") {
  ProcessRequest request = shell("exec 0<&-; echo done");
  request.stdin_text = std::string(1 << 20, 'x');
  const ProcessResult result = run(std::move(request));
  CHECK(result.out == "done\n");
  CHECK(result.exit_code == 0);
}

TEST_CASE("without text and without inheriting, standard input is empty") {
  CHECK(run(shell("cat; readlink /proc/self/fd/0")).out == "/dev/null\n");
}

TEST_CASE("the environment is ours, or exactly the one given") {
  ::setenv("DBA_TEST_VARIABLE", "ours", 1);
  CHECK(run(shell("echo $DBA_TEST_VARIABLE")).out == "ours\n");
  ProcessRequest request{.argv = {"env"}};
  request.environment = Environment::Map{{"A", "1"}, {"B", "x=y"}};
  CHECK(run(std::move(request)).out == "A=1\nB=x=y\n");
  ::unsetenv("DBA_TEST_VARIABLE");
}

TEST_CASE("an executable that cannot be started is an outcome with the reason") {
  const TemporaryDirectory directory("dba-test-");
  std::ofstream(directory.path() / "plain") << "#!/bin/sh\n";
  std::ofstream(directory.path() / "noise") << "no program at all\n";
  ::chmod((directory.path() / "noise").c_str(), 0700);
  struct Row {
    const char* name;
    std::string command;
    bool not_found;
    int exit_code;
    const char* start_error;
  };
  for (const Row& row :
       {Row{"not on PATH", "no-such-command-anywhere", true, 127, "no such file or directory"},
        Row{"a path that is not there", directory.path() / "missing", true, 127, "no such file or directory"},
        Row{"not executable", directory.path() / "plain", true, 126, "permission denied"},
        Row{"a text without interpreter is not handed to a shell", directory.path() / "noise", false, 126,
            "exec format error"}}) {
    SUBCASE(row.name) {
      const ProcessResult result = run({.argv = {row.command}});
      CHECK(result.not_found == row.not_found);
      CHECK(result.exit_code == row.exit_code);
      CHECK(result.start_error == row.start_error);
    }
  }
}

TEST_CASE("a child ended by a signal gives 128 and the signal") {
  CHECK(run(shell("kill -KILL $$")).exit_code == 128 + SIGKILL);
}

TEST_CASE("children have the default action for a broken pipe although we ignore it") {
  CHECK(run(shell("kill -PIPE $$; echo alive")).exit_code == 128 + SIGPIPE);
}

TEST_CASE("no file of ours is open in the child, also one that forgot close-on-exec") {
  const int leaky = ::open("/dev/null", O_RDONLY);
  REQUIRE(leaky > STDERR_FILENO);
  CHECK(run({.argv = {"ls", "/proc/self/fd"}}).out == "0\n1\n2\n3\n");  // 3 is ls's own look at the directory
  ::close(leaky);
}

TEST_CASE("running leaves no file open behind") {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  run(shell("true"));
  const auto before = open_files();
  run(shell("echo out; echo err >&2"));
  run({.argv = {"no-such-command-anywhere"}});
  CHECK(open_files() == before);
}

TEST_CASE("a descendant that keeps the output open is not waited for") {
  const ProcessResult result = run(shell("echo first; sleep 600 & echo $!"));
  CHECK(result.exit_code == 0);
  REQUIRE(result.out.starts_with("first\n"));
  CHECK(::kill(std::stoi(result.out.substr(6)), SIGKILL) == 0);
}

TEST_CASE("a stop ends the child, politely or not") {
  const TemporaryDirectory directory("dba-test-");
  const std::string ready = directory.path() / "ready";
  REQUIRE(::mkfifo(ready.c_str(), 0600) == 0);
  struct Row {
    const char* name;
    std::string trap;
    int exit_code;
    const char* out;
  };
  for (const Row& row : {Row{"SIGTERM first", "trap 'echo asked; exit 3' TERM", 3, "asked\n"},
                         Row{"then SIGKILL", "trap '' TERM", 128 + SIGKILL, ""}}) {
    SUBCASE(row.name) {
      std::stop_source stop;
      // The shell tells through the fifo that its trap is set; then it waits in pieces that a trap can come between.
      std::future<ProcessResult> result = std::async(std::launch::async, [&] {
        return posix_process_runner().run(shell(row.trap + "; echo >'" + ready + "'; while :; do sleep 0.05; done"),
                                          stop.get_token());
      });
      const std::string told = read_file(ready);
      CHECK(told == "\n");
      stop.request_stop();
      const ProcessResult ended = result.get();
      CHECK(ended.exit_code == row.exit_code);
      CHECK(ended.out == row.out);
    }
  }
}

TEST_CASE("nothing is started when the stop came before") {
  const TemporaryDirectory directory("dba-test-");
  const std::filesystem::path trace = directory.path() / "trace";
  std::stop_source stop;
  stop.request_stop();
  const ProcessResult result = posix_process_runner().run({.argv = {"touch", trace.string()}}, stop.get_token());
  CHECK(result.exit_code == 128 + SIGTERM);
  CHECK_FALSE(std::filesystem::exists(trace));
}

TEST_CASE("a signal that is blocked here is not blocked in a child") {
  sigset_t pipe, before;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const ProcessResult result = run(shell("grep SigBlk /proc/self/status"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(result.out == "SigBlk:\t0000000000000000\n");
}

}  // namespace dba::platform
