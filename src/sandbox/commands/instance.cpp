#include "commands/instance.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"
#include "dba/platform/launch.hpp"
#include "dba/platform/system.hpp"

namespace dba::sandbox::commands {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPatience{10};

void make_private(const fs::path& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    throw usage_error(fmt::format("mkdir {}: {}", folder.string(), platform::errno_text(errno)));
  }
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()) {
    throw usage_error(fmt::format("{} is not a directory of this user's; set XDG_RUNTIME_DIR", folder.string()));
  }
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::chmod(folder.c_str(), S_IRWXU) != 0) {
    throw usage_error(fmt::format("{} can be read by others; chmod 700 it", folder.string()));
  }
}

void take_away(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

fs::path pid_file(const fs::path& folder) { return folder / "pid"; }

int read_pid(const fs::path& folder) {
  const std::string text = platform::read_file_if_exists(pid_file(folder)).value_or("");
  int pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

bool is_file_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), allowed);
}

std::string names_of(const std::vector<Instance>& instances) {
  std::vector<std::string> names;
  for (const Instance& each : instances) names.push_back(each.name);
  return join(names, ", ");
}

const Instance* find_named(const std::vector<Instance>& instances, std::string_view name) {
  const auto at =
      std::find_if(instances.begin(), instances.end(), [&](const Instance& one) { return one.name == name; });
  return at == instances.end() ? nullptr : &*at;
}

/// The sandbox whose kubeconfig is the one in use.
const Instance* find_in_use(const std::vector<Instance>& instances, const cli::AppContext& context) {
  const std::string file = context.global.connection.kubeconfig.value_or(context.environment.get("KUBECONFIG"));
  const auto at = std::find_if(instances.begin(), instances.end(),
                               [&](const Instance& one) { return one.kubeconfig().string() == file; });
  return at == instances.end() ? nullptr : &*at;
}

Error name_taken(std::string_view name) {
  return Error(ExitCode::refused, fmt::format("a sandbox called {} is running already", name), "",
               fmt::format("kubectl dba sandbox down {}", name));
}

}  // namespace

fs::path instances_folder(const platform::Environment& environment) {
  const std::string runtime = environment.get("XDG_RUNTIME_DIR");
  const fs::path folder =
      runtime.empty() ? fs::path(environment.get("TMPDIR", "/tmp")) / ("kubectl-dba-sandbox-" + platform::user_name())
                      : fs::path(runtime) / "kubectl-dba-sandbox";
  make_private(folder);
  return folder;
}

InstanceFolder::InstanceFolder(const platform::Environment& environment, std::string name) {
  instance_.folder = instances_folder(environment) / name;
  instance_.name = std::move(name);
  instance_.pid = platform::own_pid();
  check_free(environment, instance_.name);
  if (::mkdir(instance_.folder.c_str(), S_IRWXU) != 0) throw name_taken(instance_.name);
  alive_.emplace(pid_file(instance_.folder), std::to_string(instance_.pid));
}

InstanceFolder::~InstanceFolder() { take_away(instance_.folder); }

fs::path InstanceFolder::publish(std::string_view kubeconfig) {
  platform::write_new_secret_file(instance_.kubeconfig(), kubeconfig);
  return instance_.kubeconfig();
}

void check_free(const platform::Environment& environment, std::string_view name) {
  if (find_named(running_instances(environment), name) != nullptr) throw name_taken(name);
}

std::string choose_name(const std::optional<std::string>& wanted) {
  if (!wanted) return fmt::format("sandbox-{}", platform::own_pid());
  if (is_file_name(*wanted)) return *wanted;
  throw usage_error(fmt::format("--name {}: letters, digits, - and _ only, at most 63", *wanted));
}

std::vector<Instance> running_instances(const platform::Environment& environment) {
  std::vector<Instance> running;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(instances_folder(environment), error)) {
    if (!entry.is_directory(error)) continue;
    Instance one{.name = entry.path().filename().string(), .folder = entry.path(), .pid = read_pid(entry.path())};
    if (one.pid <= 0) continue;  // It is just being made.
    if (platform::is_held(pid_file(one.folder))) {
      running.push_back(std::move(one));
    } else {
      take_away(one.folder);
    }
  }
  std::sort(running.begin(), running.end(), [](const Instance& a, const Instance& b) { return a.name < b.name; });
  return running;
}

Instance find_instance(const cli::AppContext& context, const std::optional<std::string>& name) {
  const std::vector<Instance> running = running_instances(context.environment);
  if (name) {
    if (const Instance* found = find_named(running, *name)) return *found;
    throw Error(ExitCode::denied,
                running.empty() ? fmt::format("no sandbox called {}: none is running", *name)
                                : fmt::format("no sandbox called {}; running: {}", *name, names_of(running)),
                "", "kubectl dba sandbox up");
  }
  if (const Instance* found = find_in_use(running, context)) return *found;
  if (running.size() == 1) return running.front();
  if (running.empty()) throw Error(ExitCode::denied, "no sandbox is running", "", "kubectl dba sandbox up");
  throw usage_error(fmt::format("several sandboxes are running: {}; say which with --name", names_of(running)));
}

std::unique_ptr<kube::Client> open_instance(cli::AppContext& context, const Instance& instance) {
  context.global.connection = {};
  context.global.connection.kubeconfig = instance.kubeconfig().string();
  std::unique_ptr<kube::Client> client = context.open_kube(context);
  client->set_deadline(client->clock().steady_now() + kPatience);
  return client;
}

void shut_down(cli::AppContext& context, const Instance& instance) {
  const Json nothing = Json::object();
  open_instance(context, instance)->raw_send("POST", "/sandbox/shutdown", &nothing);
}

}  // namespace dba::sandbox::commands
