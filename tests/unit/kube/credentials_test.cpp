// Fixed credentials and token files.
#include "dba/kube/credentials.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "dba/base/base64.hpp"

#include "kubeconfig_files.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_process.hpp"

using namespace std::chrono_literals;

namespace dba::kube {

namespace {

/// Credentials that run nothing.
struct Quiet {
  test::FakeProcessRunner processes{};
  test::FakeClock clock{};
  std::shared_ptr<Credentials> make(const Identity& identity) {
    ClientConfig config;
    config.identity = identity;
    config.user_name = "jane";
    return make_credentials(config, platform::Environment(), processes, clock, false);
  }
};

std::string authorization(Credentials& credentials) { return credentials.current({}).authorization.reveal(); }

}  // namespace

TEST_CASE("a fixed credential is one header, a certificate, or both, and cannot get better") {
  Quiet quiet;
  Identity identity;
  SUBCASE("nothing") {
    const std::shared_ptr<Credentials> credentials = quiet.make(identity);
    CHECK(authorization(*credentials).empty());
    CHECK_FALSE(credentials->refresh_after_unauthorized(credentials->current({})));
  }
  SUBCASE("a token and a certificate") {
    identity.token = Secret("abc");
    identity.certificate_pem = "CERT";
    identity.key_pem = Secret("KEY");
    const std::shared_ptr<Credentials> credentials = quiet.make(identity);
    const Credential credential = credentials->current({});
    CHECK(credential.authorization.reveal() == "Bearer abc");
    CHECK(credential.certificate_pem == "CERT");
    CHECK(credential.key_pem.reveal() == "KEY");
    CHECK_FALSE(credentials->refresh_after_unauthorized(credential));
  }
  SUBCASE("user and password") {
    identity.basic_user = "Aladdin";
    identity.basic_password = Secret("open sesame");
    CHECK(authorization(*quiet.make(identity)) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  }
}

TEST_CASE("a token that would break the header is refused, and not shown") {
  Quiet quiet;
  Identity identity;
  identity.token = Secret("abc\r\nX-Evil: 1");
  CHECK(problems_of([&] { quiet.make(identity); }) ==
        "the token of user \"jane\" holds a character that no HTTP header may hold");
}

TEST_CASE("a token file is read again when 50 seconds have passed") {
  const Files files;
  Quiet quiet;
  Identity identity;
  identity.token_file = files.write("token", " one\n");
  identity.certificate_pem = "CERT";
  const std::shared_ptr<Credentials> credentials = quiet.make(identity);
  const Credential first = credentials->current({});
  CHECK(first.authorization.reveal() == "Bearer one");
  CHECK(first.certificate_pem == "CERT");

  files.write("token", "two");
  quiet.clock.advance(50s - 1ns);
  CHECK(credentials->current({}).authorization.reveal() == "Bearer one");
  CHECK(credentials->current({}).generation == first.generation);
  quiet.clock.advance(1ns);
  CHECK(credentials->current({}).authorization.reveal() == "Bearer two");
  CHECK(credentials->current({}).generation > first.generation);
  CHECK(credentials->current({}).certificate_pem == "CERT");
}

TEST_CASE("a token file that cannot be read again leaves the old token in use") {
  const Files files;
  Quiet quiet;
  Identity identity;
  identity.token_file = files.write("token", "one");
  const std::shared_ptr<Credentials> credentials = quiet.make(identity);
  CHECK(authorization(*credentials) == "Bearer one");
  quiet.clock.advance(1min);
  std::filesystem::remove(identity.token_file);
  CHECK(authorization(*credentials) == "Bearer one");
  files.write("token", "");
  CHECK(authorization(*credentials) == "Bearer one");
  files.write("token", "two");
  CHECK(authorization(*credentials) == "Bearer two");
}

TEST_CASE("a token file that never could be read is told") {
  const Files files;
  Quiet quiet;
  Identity identity;
  identity.token_file = (files.path() / "token").string();
  const std::shared_ptr<Credentials> credentials = quiet.make(identity);
  const auto problem = [&] { return problems_of([&] { credentials->current({}); }); };
  CHECK(problem() == "open " + identity.token_file + ": no such file or directory");
  files.write("token", " \n");
  CHECK(problem() == "read empty token from file \"" + identity.token_file + "\"");
  files.write("token", "a\nb");
  CHECK(problem() ==
        "the token in file \"" + identity.token_file + "\" holds a character that no HTTP header may hold");
  files.write("token", "good");
  CHECK(authorization(*credentials) == "Bearer good");
}

TEST_CASE("the literal token stands in for a file that cannot be read, and only for that") {
  const Files files;
  Quiet quiet;
  Identity identity;
  identity.token = Secret("literal");
  identity.token_file = (files.path() / "token").string();
  const std::shared_ptr<Credentials> credentials = quiet.make(identity);
  CHECK(authorization(*credentials) == "Bearer literal");
  files.write("token", "from-file");
  CHECK(authorization(*credentials) == "Bearer from-file");
}

TEST_CASE("after a 401 the token file is read at once, and trying again helps when it has another token") {
  const Files files;
  Quiet quiet;
  Identity identity;
  identity.token_file = files.write("token", "one");
  const std::shared_ptr<Credentials> credentials = quiet.make(identity);
  const Credential used = credentials->current({});
  CHECK_FALSE(credentials->refresh_after_unauthorized(used));

  files.write("token", "two");
  CHECK(authorization(*credentials) == "Bearer two");    // The refusal dropped what was cached.
  CHECK(credentials->refresh_after_unauthorized(used));  // Somebody else has refreshed already.

  const Credential second = credentials->current({});
  files.write("token", "three");
  CHECK(credentials->refresh_after_unauthorized(second));
  CHECK(authorization(*credentials) == "Bearer three");
  std::filesystem::remove(identity.token_file);
  CHECK_FALSE(credentials->refresh_after_unauthorized(credentials->current({})));
  CHECK(authorization(*credentials) == "Bearer three");
}

}  // namespace dba::kube
