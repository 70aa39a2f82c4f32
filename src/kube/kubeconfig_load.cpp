// Which kubeconfig files count, and how they become one.
// @source client-go tools/clientcmd/loader.go ClientConfigLoadingRules.
#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"
#include "dba/platform/system.hpp"

#include "kubeconfig.hpp"

namespace dba::kube {

namespace {

using Path = std::filesystem::path;

void require_existing(const Path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return;
  throw usage_error(fmt::format("stat {}: {}", file.string(), platform::errno_text(error ? error.value() : ENOENT)));
}

/// One file; a missing one is an empty one. Problems get the file's name.
Kubeconfig load_file(const Path& file, Problems& problems) {
  Problems own;
  Kubeconfig config;
  try {
    const std::optional<std::string> text = platform::read_file_if_exists(file);
    if (text) config = parse_kubeconfig(*text, std::filesystem::absolute(file).parent_path(), own);
  } catch (const Error& error) {
    own.add("", error.info().message);
  }
  for (const std::string& line : own.lines()) {
    problems.add("", fmt::format("error loading config file \"{}\": {}", file.string(), line));
  }
  return config;
}

}  // namespace

void merge_into(Kubeconfig& merged, Kubeconfig&& later) {
  if (merged.current_context.empty()) merged.current_context = std::move(later.current_context);
  merged.clusters.merge(later.clusters);
  merged.users.merge(later.users);
  merged.contexts.merge(later.contexts);
}

std::vector<Path> kubeconfig_files(const ConnectionFlags& flags, const platform::Environment& environment) {
  if (!flags.kubeconfig.value_or("").empty()) {
    require_existing(*flags.kubeconfig);
    return {*flags.kubeconfig};
  }
  std::vector<Path> files;
  const std::string listed = environment.get("KUBECONFIG");
  if (listed.empty()) {
    const std::string home = environment.get("HOME");
    if (!home.empty()) files.push_back(Path(home) / ".kube" / "config");
    return files;
  }
  for (const std::string& entry : split(listed, ':')) {
    if (!entry.empty() && std::find(files.begin(), files.end(), Path(entry)) == files.end()) files.emplace_back(entry);
  }
  return files;
}

std::vector<std::string> missing_kubeconfig_files(const platform::Environment& environment) {
  std::vector<std::string> missing;
  if (environment.get("KUBECONFIG").empty()) return missing;
  for (const Path& file : kubeconfig_files({}, environment)) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) missing.push_back(file.string());
  }
  return missing;
}

Kubeconfig load_kubeconfig(const ConnectionFlags& flags, const platform::Environment& environment) {
  Problems problems;
  Kubeconfig merged;
  for (const Path& file : kubeconfig_files(flags, environment)) merge_into(merged, load_file(file, problems));
  problems.throw_if_any(problems.lines().size() > 1 ? "the kubeconfig cannot be read" : "");
  return merged;
}

}  // namespace dba::kube
