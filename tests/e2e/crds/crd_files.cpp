#include "crds/crd_files.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"

#include "script/text.hpp"

namespace dba::e2e {

namespace fs = std::filesystem;

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Json> read_documents(const fs::path& file) {
  std::vector<Json> values;
  for (const auto& document : codec::parse_documents(script::read_text(file), file.string())) {
    values.push_back(document.value());
  }
  return values;
}

}  // namespace dba::e2e
