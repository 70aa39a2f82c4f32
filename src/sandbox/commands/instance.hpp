#pragma once
// Sandboxes that run on this machine for this user: one directory each (0700) with its kubeconfig (0600) and its pid.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/kube/client.hpp"
#include "dba/platform/environment.hpp"
#include "dba/platform/lock_file.hpp"

namespace dba::sandbox::commands {

struct Instance {
  std::string name{};
  std::filesystem::path folder{};
  int pid = 0;
  std::filesystem::path kubeconfig() const { return folder / "kubeconfig"; }
  std::filesystem::path log() const { return folder / "log"; }
};

/// ${XDG_RUNTIME_DIR}/kubectl-dba-sandbox, or kubectl-dba-sandbox-<user> under the temporary directory. Made 0700.
/// @throws Error (usage) when something else is there, or it belongs to another user.
std::filesystem::path instances_folder(const platform::Environment& environment);

/// The directory of a sandbox of this process; goes away with the object.
class InstanceFolder {
 public:
  /// @throws Error (refused) when a sandbox of that name is running; what a dead one left is taken away first.
  InstanceFolder(const platform::Environment& environment, std::string name);
  ~InstanceFolder();
  InstanceFolder(const InstanceFolder&) = delete;
  InstanceFolder& operator=(const InstanceFolder&) = delete;
  /// Writes pid and kubeconfig. @returns the path of the kubeconfig.
  std::filesystem::path publish(std::string_view kubeconfig);
  const Instance& instance() const { return instance_; }

 private:
  Instance instance_;
  std::optional<platform::LockFile> alive_{};
};

/// @throws Error (refused) when a sandbox of that name is running.
void check_free(const platform::Environment& environment, std::string_view name);

/// The name wanted, or one after our pid. @throws Error (usage) for one that is no file name.
std::string choose_name(const std::optional<std::string>& wanted);

/// Those whose process is alive, by name. What dead ones left behind is taken away.
std::vector<Instance> running_instances(const platform::Environment& environment);

/// The sandbox a command means: the one named; else the one KUBECONFIG's current context leads to; else the only one
/// that runs. @throws Error (denied) when there is none, (usage) when several run, naming them.
Instance find_instance(const cli::AppContext& context, const std::optional<std::string>& name);

/// A client of that sandbox, for the next ten seconds: one that hangs is given up then.
std::unique_ptr<kube::Client> open_instance(cli::AppContext& context, const Instance& instance);

/// Asks it to end; it does so a little later.
void shut_down(cli::AppContext& context, const Instance& instance);

}  // namespace dba::sandbox::commands
