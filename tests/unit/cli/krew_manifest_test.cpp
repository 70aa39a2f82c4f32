// packaging/krew/dba.yaml.in, filled in as packaging does, against the rules krew and its index hold a manifest to.
// @source krew: pkg/index/validation, pkg/index/types; the index's CI wants a LICENSE to be extracted.

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"

namespace {

using dba::Json;
using dba::codec::find_at;
using dba::codec::string_at;

std::string filled_template() {
  std::string text = dba::platform::read_file(std::string(DBA_SOURCE_DIR) + "/packaging/krew/dba.yaml.in");
  const std::map<std::string, std::string> values = {{"@VERSION@", "v1.2.3"},
                                                     {"@HOMEPAGE@", "https://example.com/kubectl-dba"},
                                                     {"@BASE_URL@", "https://example.com/download/v1.2.3"},
                                                     {"@SHA256_LINUX_AMD64@", std::string(64, 'a')},
                                                     {"@SHA256_LINUX_ARM64@", std::string(64, 'b')}};
  for (const auto& [placeholder, value] : values) {
    for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at))
      text.replace(at, placeholder.size(), value);
  }
  return text;
}

Json manifest() {
  const auto documents = dba::codec::parse_documents(filled_template(), "dba.yaml.in");
  REQUIRE(documents.size() == 1);
  return documents.front().value();
}

bool is_inside(const std::string& path) { return !path.starts_with('/') && path.find("..") == std::string::npos; }

}  // namespace

TEST_CASE("every placeholder of the krew template is one that packaging fills in") {
  const std::string text = filled_template();
  const std::string body = text.substr(text.find("apiVersion:"));
  CHECK(std::regex_search(body, std::regex("@[A-Z0-9_]+@")) == false);
}

TEST_CASE("the krew manifest names itself as krew wants it") {
  const Json plugin = manifest();
  CHECK(string_at(plugin, {"apiVersion"}) == "krew.googlecontainertools.github.com/v1alpha2");
  CHECK(string_at(plugin, {"kind"}) == "Plugin");
  // The file is packaging/krew/<name>.yaml.in, and the plugin's name must be the file's.
  CHECK(string_at(plugin, {"metadata", "name"}) == "dba");
  CHECK(std::regex_match(string_at(plugin, {"spec", "version"}), std::regex(R"(v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?)")));
  CHECK(string_at(plugin, {"spec", "homepage"}).starts_with("https://"));
  CHECK(string_at(plugin, {"spec", "description"}).size() > 0);
}

TEST_CASE("the krew manifest's short description is one short line without kubectl's name") {
  const std::string text = string_at(manifest(), {"spec", "shortDescription"});
  CHECK(text.size() > 0);
  CHECK(text.size() <= 50);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.back() != '.');
  CHECK(text.find("kubectl") == std::string::npos);
}

TEST_CASE("every platform of the krew manifest can be chosen, downloaded and linked") {
  const Json plugin = manifest();
  const Json* platforms = find_at(plugin, {"spec", "platforms"});
  REQUIRE(platforms != nullptr);
  REQUIRE(platforms->size() >= 1);
  std::set<std::string> seen;
  for (const Json& platform : *platforms) {
    const Json* labels = find_at(platform, {"selector", "matchLabels"});
    REQUIRE(labels != nullptr);
    CHECK(labels->size() > 0);
    for (const auto& [key, value] : labels->items()) CHECK((key == "os" || key == "arch"));
    const std::string os = string_at(*labels, {"os"});
    const std::string arch = string_at(*labels, {"arch"});
    CAPTURE(os);
    CAPTURE(arch);
    CHECK(os == "linux");
    CHECK((arch == "amd64" || arch == "arm64"));
    CHECK(seen.insert(os + "/" + arch).second);
    CHECK(string_at(platform, {"uri"}) ==
          "https://example.com/download/v1.2.3/kubectl-dba_v1.2.3_" + os + "_" + arch + ".tar.gz");
    CHECK(std::regex_match(string_at(platform, {"sha256"}), std::regex("[a-f0-9]{64}")));
  }
}

TEST_CASE("every platform of the krew manifest extracts the binary it links, and the licence") {
  const Json plugin = manifest();
  for (const Json& platform : *find_at(plugin, {"spec", "platforms"})) {
    const Json* files = find_at(platform, {"files"});
    REQUIRE(files != nullptr);
    std::vector<std::string> taken;
    for (const Json& file : *files) {
      const std::string from = string_at(file, {"from"});
      const std::string to = string_at(file, {"to"});
      CHECK(from.size() > 0);
      CHECK(is_inside(from));
      CHECK(to == ".");
      taken.push_back(from);
    }
    CHECK(string_at(platform, {"bin"}) == "kubectl-dba");
    CHECK(std::count(taken.begin(), taken.end(), string_at(platform, {"bin"})) == 1);
    CHECK(std::count(taken.begin(), taken.end(), "LICENSE") == 1);
  }
}
