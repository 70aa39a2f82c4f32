#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

namespace dba::test {

namespace {

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

void check_golden(std::string_view name, std::string_view got) {
  const std::filesystem::path path = std::filesystem::path(DBA_SOURCE_DIR) / "tests" / "golden" / name;
  const char* update = std::getenv("DBA_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << got;
    FAIL_CHECK("rewrote " << path.string() << "; run again without DBA_UPDATE_GOLDEN");
    return;
  }
  INFO("golden file: ", path.string());
  CHECK(read_whole(path) == std::string(got));
}

}  // namespace dba::test
