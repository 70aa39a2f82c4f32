#include "dba/platform/lock_file.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/platform/files.hpp"

using namespace dba::platform;

TEST_CASE("a lock file is held as long as who made it lives") {
  const TemporaryDirectory folder("lock-");
  const std::filesystem::path path = folder.path() / "pid";
  CHECK_FALSE(is_held(path));
  std::optional<LockFile> mine;
  mine.emplace(path, "42");
  CHECK(is_held(path));
  CHECK(read_file(path) == "42");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_THROWS_AS(LockFile(path, "43"), dba::Error);
  mine.reset();
  CHECK_FALSE(is_held(path));
  CHECK(read_file(path) == "42");
}
