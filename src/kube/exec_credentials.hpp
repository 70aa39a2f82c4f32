#pragma once
// The answer of a credential plugin, kept until it expires or is refused.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "dba/base/error.hpp"
#include "dba/kube/credentials.hpp"
#include "dba/platform/clock.hpp"

#include "exec_plugin.hpp"

namespace dba::kube {

class ExecCredentials : public Credentials {
 public:
  ExecCredentials(ExecPlugin plugin, PluginInput input, platform::Environment environment,
                  platform::ProcessRunner& processes, platform::Clock& clock);

  Credential current(const std::stop_token& stop) override;
  /// False when the plugin gave the refused credential once more; it is asked again at the next use all the same.
  bool refresh_after_unauthorized(const Credential& used) override;

 private:
  /// One run of the plugin and everybody who waits for it.
  struct Flight {
    bool landed = false;
    std::optional<Error> failure{};
  };

  bool is_fresh() const;
  void fly(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  void take(ExecCredential&& answer);

  const ExecPlugin plugin_;
  const PluginInput input_;
  const platform::Environment environment_;
  platform::ProcessRunner& processes_;
  platform::Clock& clock_;

  std::mutex mutex_;
  std::condition_variable_any landed_;
  std::shared_ptr<Flight> flight_{};
  Credential credential_{};  ///< The newest answer; generation 0 = none yet.
  std::optional<WallTime> expires_{};
  bool usable_ = false;        ///< False before the first answer and after a refusal.
  std::uint64_t refused_ = 0;  ///< Generation of the last refused credential.
};

}  // namespace dba::kube
