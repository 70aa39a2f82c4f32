#include "dba/base/error.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using dba::Error;
using dba::ExitCode;
using dba::Problems;

TEST_CASE("an error carries what the last catch prints") {
  const Error error(ExitCode::denied, "cannot read secret \"a\"", "forbidden", "kubectl auth can-i get secrets");
  CHECK(error.code() == ExitCode::denied);
  CHECK(std::string(error.what()) == "cannot read secret \"a\"");
  CHECK(error.info().cause == "forbidden");
  CHECK(error.info().hint == "kubectl auth can-i get secrets");
  CHECK(error.info().reason.empty());
}

TEST_CASE("no problem throws nothing") { CHECK_NOTHROW(Problems().throw_if_any("the object is invalid")); }

TEST_CASE("one problem stands on the line of the message") {
  Problems problems;
  problems.add("--replicas", "must be at least 1");
  try {
    problems.throw_if_any("the object is invalid", ExitCode::refused, "try again");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::refused);
    CHECK(error.info().message == "the object is invalid: --replicas: must be at least 1");
    CHECK(error.info().details.empty());
    CHECK(error.info().hint == "try again");
  }
}

TEST_CASE("several problems are listed, all of them") {
  Problems problems;
  problems.add("spec.version", "is required");
  problems.add("", "two things contradict each other");
  try {
    problems.throw_if_any("the object is invalid");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK(error.info().message == "the object is invalid");
    CHECK(error.info().details ==
          std::vector<std::string>{"spec.version: is required", "two things contradict each other"});
  }
}
