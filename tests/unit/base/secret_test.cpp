#include "dba/base/secret.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using dba::Secret;

TEST_CASE("a secret is copied, moved and compared like the string in it") {
  Secret first(std::string("a password that is too long for the small buffer"));
  const Secret copy = first;
  CHECK(copy == first);
  Secret moved = std::move(first);
  CHECK(moved == copy);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): a moved secret is defined to be empty
  Secret other(std::string("short"));
  other = copy;
  CHECK(other.reveal() == "a password that is too long for the small buffer");
  other = std::move(moved);
  CHECK(other == copy);
  CHECK(moved.empty());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("assigning a secret to itself keeps it") {
  Secret secret(std::string("pw"));
  Secret& same = secret;
  secret = same;
  CHECK(secret.reveal() == "pw");
  secret = std::move(same);
  CHECK(secret.reveal() == "pw");
}

TEST_CASE("nothing of a short secret stays behind in the object it was moved from") {
  Secret secret(std::string("hunter2"));
  const char* const bytes = secret.reveal().data();
  const Secret moved = std::move(secret);
  CHECK(moved.reveal() == "hunter2");
  CHECK(std::string(bytes, 7) == std::string(7, '\0'));
}
