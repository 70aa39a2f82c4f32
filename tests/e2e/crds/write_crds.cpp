// write_crds SHELLS FOLDER: for every CRD of the folder SHELLS one file of the same name in FOLDER, filled from our own
// compact schema. Prints what it wrote.

#include <cstdio>
#include <exception>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"

#include "crds/compact_crd.hpp"
#include "crds/crd_files.hpp"
#include "script/text.hpp"

namespace {

namespace fs = std::filesystem;

void write_crd(const fs::path& shell, const fs::path& file) {
  dba::script::write_text(file, dba::codec::to_yaml(dba::e2e::fill_crd(dba::e2e::read_documents(shell).at(0))));
  fmt::print("{}\n", file.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: write_crds SHELLS FOLDER\n");
    return 2;
  }
  try {
    for (const fs::path& shell : dba::e2e::yaml_files(argv[1])) write_crd(shell, argv[2] / shell.filename());
  } catch (const std::exception& failure) {
    fmt::print(stderr, "write_crds: {}\n", failure.what());
    return 1;
  }
  return 0;
}
