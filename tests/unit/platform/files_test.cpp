#include "dba/platform/files.hpp"

#include <fstream>
#include <future>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dba::platform {

namespace {

/// The message of what `action` throws, or "" when it does not.
template <typename Action>
std::string message_of(Action action, ExitCode code = ExitCode::usage) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.info().message;
  }
  return {};
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

/// Puts a pipe in the place of standard input while it lives.
class StdinFromPipe {
 public:
  StdinFromPipe() : saved_(::dup(STDIN_FILENO)) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    write_end_ = ends[1];
  }
  StdinFromPipe(const StdinFromPipe&) = delete;
  StdinFromPipe& operator=(const StdinFromPipe&) = delete;
  ~StdinFromPipe() {
    close();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  void write(std::string_view text) const {
    REQUIRE(::write(write_end_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close() {
    if (write_end_ >= 0) ::close(write_end_);
    write_end_ = -1;
  }

 private:
  int saved_;
  int write_end_;
};

}  // namespace

TEST_CASE("a file is read whole, with bytes that are not text") {
  const TemporaryDirectory directory("dba-test-");
  const std::string content("a\0b\r\n\xff", 6);
  std::ofstream(directory.path() / "f", std::ios::binary) << content;
  CHECK(read_file(directory.path() / "f") == content);
  CHECK(read_file_if_exists(directory.path() / "f") == content);
}

TEST_CASE("a file that cannot be read is named in Go's words") {
  const TemporaryDirectory directory("dba-test-");
  const std::string missing = directory.path() / "missing";
  CHECK(message_of([&] { read_file(missing); }) == "open " + missing + ": no such file or directory");
  CHECK(message_of([&] { read_file(missing, ExitCode::denied); }, ExitCode::denied) ==
        "open " + missing + ": no such file or directory");
  CHECK(message_of([&] { read_file(directory.path()); }) == "read " + directory.path().string() + ": is a directory");
  CHECK(read_file_if_exists(missing) == std::nullopt);
  std::ofstream(directory.path() / "f") << "";
  const std::string below_file = directory.path() / "f" / "g";
  CHECK(message_of([&] { read_file_if_exists(below_file); }) == "open " + below_file + ": not a directory");
}

TEST_CASE("a secret file is new, private and whole") {
  const TemporaryDirectory directory("dba-test-");
  const std::filesystem::path path = directory.path() / "tls.key";
  const mode_t before = ::umask(0);
  write_new_secret_file(path, "key material");
  ::umask(before);
  CHECK(read_file(path) == "key material");
  CHECK(mode_of(path) == 0600);
  CHECK(message_of([&] { write_new_secret_file(path, "other"); }) == "open " + path.string() + ": file exists");
  CHECK(read_file(path) == "key material");
}

TEST_CASE("a secret file is not written through a dangling link") {
  const TemporaryDirectory directory("dba-test-");
  std::filesystem::create_symlink(directory.path() / "elsewhere", directory.path() / "link");
  CHECK_THROWS_AS(write_new_secret_file(directory.path() / "link", "key"), Error);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "elsewhere"));
}

TEST_CASE("a temporary directory is private and goes with everything in it") {
  std::filesystem::path path;
  {
    const TemporaryDirectory directory("dba-test-");
    path = directory.path();
    CHECK(mode_of(path) == 0700);
    CHECK(path.filename().string().starts_with("dba-test-"));
    std::filesystem::create_directories(path / "a" / "b");
    std::ofstream(path / "a" / "b" / "f") << "x";
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("standard input is read to its end") {
  StdinFromPipe input;
  input.write("kind: MSSQLServer\n");
  input.close();
  CHECK(read_stdin() == "kind: MSSQLServer\n");
}

TEST_CASE("a stop ends the reading of standard input") {
  StdinFromPipe input;
  input.write("half");
  std::stop_source stop;
  std::future<std::string> message = std::async(
      std::launch::async, [&] { return message_of([&] { read_stdin(stop.get_token()); }, ExitCode::interrupted); });
  stop.request_stop();
  CHECK(message.get() == "interrupted while reading standard input");
}

}  // namespace dba::platform
