#pragma once
// One simulated world, put together and running in this process: what `sandbox up` and `sandbox run` start.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/platform/clock.hpp"

namespace dba::sandbox::commands {

struct SimulationOptions {
  std::string name{};                   ///< For status.
  std::optional<std::uint64_t> seed{};  ///< Absent = a new one.
  double speed = 1.0;                   ///< Simulated seconds in a real one.
  int clusters = 1;                     ///< API servers in one world.
  int populate = 0;                     ///< Databases to load Ready, each with three pods.
  std::vector<std::string> with{};      ///< Names of databases to load Ready: "sales".
  std::vector<std::string> faults{};    ///< As typed: "freeze sales/2".
};

/// Looks at the options, and starts nothing. @throws Error (usage) for what means nothing, all problems at once
/// @returns what may be a slip: faults on databases that are not there when the world begins
std::vector<std::string> check_options(const SimulationOptions& options);

class Simulation {
 public:
  /// Serves when it returns. @throws Error (usage) as check_options()
  Simulation(SimulationOptions options, platform::Clock& clock);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// One context a cluster ("kubectl-dba-sandbox", "kubectl-dba-sandbox-2" …), namespace demo. Holds the tokens.
  std::string kubeconfig() const;
  /// {"kind":"SandboxStatus","environment":"sandbox",…}
  Json status() const;
  /// Requested when somebody asked the sandbox to end (`sandbox down`).
  std::stop_token ended() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::commands
