#pragma once
// A temporary directory with files to load configurations from, and what came of a load as one text.

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "dba/base/error.hpp"
#include "dba/platform/files.hpp"

#include "client_config.hpp"
#include "support/test_keys.hpp"

namespace dba::kube {

/// Two people with certificates of their own.
inline const test::TestKeyPair& jane() {
  static const test::TestKeyPair pair = test::make_key_pair("jane");
  return pair;
}

inline const test::TestKeyPair& other() {
  static const test::TestKeyPair pair = test::make_key_pair("other");
  return pair;
}

class Files {
 public:
  const std::filesystem::path& path() const { return directory_.path(); }
  /// Makes the file (and its directory) and gives its path.
  std::string write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }

 private:
  platform::TemporaryDirectory directory_{"dba-test-"};
};

/// What `action` throws as message and details, line by line; empty when it throws nothing.
template <typename Action>
std::string problems_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    std::string text = error.code() == ExitCode::usage ? "" : "not a usage error: ";
    text += error.info().message;
    for (const std::string& line : error.info().details) text += "\n- " + line;
    return text;
  }
  return {};
}

/// Loads away from any pod.
inline ClientConfig load(const ConnectionFlags& flags, const platform::Environment::Map& environment = {}) {
  return load_client_config_in(flags, platform::Environment(environment), "/nonexistent");
}

inline ConnectionFlags with_file(const std::string& file) {
  ConnectionFlags flags;
  flags.kubeconfig = file;
  return flags;
}

/// A configuration with one context; `cluster` and `user` are YAML flow mappings without their braces.
inline std::string one_context(const std::string& cluster, const std::string& user = "") {
  return "clusters: [{name: c, cluster: {" + cluster + "}}]\nusers: [{name: u, user: {" + user +
         "}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n";
}

inline ClientConfig load_text(const Files& files, const std::string& text, ConnectionFlags flags = {},
                              const platform::Environment::Map& environment = {}) {
  flags.kubeconfig = files.write("kc", text);
  return load(flags, environment);
}

inline std::string problems_of_text(const Files& files, const std::string& text, const ConnectionFlags& flags = {},
                                    const platform::Environment::Map& environment = {}) {
  return problems_of([&] { load_text(files, text, flags, environment); });
}

}  // namespace dba::kube
