#pragma once
// CRDs as files: one a file, named group_plural.yaml.

#include <filesystem>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::e2e {

/// The *.yaml files of a folder, sorted. @throws std::filesystem::filesystem_error when it cannot be read.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder);
/// Every YAML document of a file. @throws std::runtime_error, dba::Error when it cannot be read.
std::vector<Json> read_documents(const std::filesystem::path& file);

}  // namespace dba::e2e
