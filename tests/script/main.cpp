// script_runner [-v] [--path FOLDER]… [--source FOLDER] [--in-namespace] SCRIPT
// Exit code: 0 passed, 1 failed, 2 wrong usage, 77 skipped.

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "script/process.hpp"
#include "script/runner.hpp"
#include "script/script.hpp"

namespace {

namespace fs = std::filesystem;
using dba::script::Variables;

constexpr int kSkipped = 77;

/// What scripts may know of the caller's environment: where programs and drivers are, how sanitizers report, and, when
/// they get a namespace of it, the rig.
Variables inherited_environment(bool in_namespace) {
  Variables kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (name == "PATH" || name == "LANG" || name == "DBA_MSODBC" || name.ends_with("SAN_OPTIONS") ||
        (in_namespace && (name.starts_with("RIG_") || (name == "KUBECONFIG" && getenv("RIG_T") != nullptr)))) {
      kept[name] = text.substr(name.size() + 1);
    }
  }
  return kept;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    parts.emplace_back(text.substr(0, text.find(',')));
    text.remove_prefix(std::min(text.size(), parts.back().size() + 1));
  }
  return parts;
}

std::string random_suffix() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

void run_or_throw(const std::vector<std::string>& argv, const Variables& environment) {
  const fs::path log = environment.at("WORK") + "/../set-up.log";
  dba::script::Process process({argv, environment, environment.at("WORK"), "/dev/null", log, log});
  if (process.wait(std::chrono::steady_clock::now() + std::chrono::seconds(60)) != 0) {
    throw std::runtime_error(fmt::format("{} failed: {}", argv[0], dba::script::read_text(log)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  dba::script::RunOptions options;
  std::string path, source;
  bool in_namespace = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "-v") {
      options.verbose = true;
    } else if (argument == "--path" && i + 1 < argc) {
      path += std::string(argv[++i]) + ":";
    } else if (argument == "--source" && i + 1 < argc) {
      source = argv[++i];
    } else if (argument == "--in-namespace") {
      in_namespace = true;
    } else {
      options.name = argument;
    }
  }
  if (options.name.empty()) {
    fmt::print(stderr, "usage: script_runner [-v] [--path FOLDER]… [--source FOLDER] [--in-namespace] SCRIPT\n");
    return 2;
  }
  options.environment = inherited_environment(in_namespace);
  options.environment["SOURCE"] = source;
  options.environment["PATH"] = path + options.environment["PATH"];
  const char* required = getenv("DBA_REQUIRE");
  options.required = split_commas(required == nullptr ? "" : required);
  const char* token = getenv("RIG_TOKEN");
  options.secrets = {token == nullptr ? "" : token};

  const std::string ns = "e2e-" + random_suffix();
  if (in_namespace) {
    if (getenv("RIG_T") == nullptr) {
      fmt::print("skipped: {}: no rig is up (./dev e2e starts one)\n", options.name);
      return kSkipped;
    }
    // Its own namespace, and a kubeconfig whose context says so.
    options.set_up = [&](Variables& environment) {
      environment["NS"] = ns;
      environment["KUBECACHEDIR"] = environment.at("RIG_T") + "/discovery-cache";
      run_or_throw(
          {environment.at("SOURCE") + "/tests/e2e/namespace.sh", "make", ns, environment.at("WORK") + "/.kubeconfig"},
          environment);
      environment["KUBECONFIG"] = environment.at("WORK") + "/.kubeconfig";
    };
    options.tear_down = [&](Variables environment) {
      environment["KUBECONFIG"] = environment.at("RIG_T") + "/kubeconfig";
      run_or_throw({environment.at("SOURCE") + "/tests/e2e/namespace.sh", "remove", ns}, environment);
    };
  }

  try {
    const dba::script::Script script = dba::script::parse_script(dba::script::read_text(options.name));
    const dba::script::RunResult result = dba::script::run_script(script, options);
    switch (result.verdict) {
      case dba::script::Verdict::passed:
        fmt::print("{}passed: {}\n", result.log, options.name);
        return 0;
      case dba::script::Verdict::skipped:
        fmt::print("skipped: {}\n", result.reason);
        return kSkipped;
      case dba::script::Verdict::failed:
        fmt::print("{}FAILED: {}\n", result.log, result.reason);
        return 1;
    }
  } catch (const std::exception& error) {
    fmt::print("FAILED: {}: {}\n", options.name, error.what());
  }
  return 1;
}
