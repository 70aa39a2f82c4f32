#pragma once
// A command that goes on with -w, on a cluster whose events the test pushes.

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/command_harness.hpp"
#include "support/mssql_objects.hpp"
#include "support/patient_clock.hpp"

namespace dba::test {

/// "sales" of namespace "demo" and its pods are watched. One step is done after every piece of output; after the last
/// one the command is ended.
struct WatchedCommand {
  PatientClock clock{};
  CommandHarness harness{};
  std::vector<std::string> words;
  FakeWatch& databases = harness.api().on_watch(kube::resources::mssqlservers, "demo");
  FakeWatch& pods = harness.api().on_watch(kube::resources::pods, "demo");
  std::deque<std::function<void()>> steps{};

  WatchedCommand(std::vector<std::string> command, const std::vector<Json>& first_pods) : words(std::move(command)) {
    harness.use_clock(clock);
    harness.api().on_list(kube::resources::mssqlservers, "demo", {database_json("demo", "sales")});
    harness.api().on_list(kube::resources::pods, "demo", first_pods).optionally();
  }

  CommandResult run(const std::vector<std::string>& more) {
    harness.on_output = [this](std::string_view) {
      if (steps.empty()) {
        harness.stop().request_stop();
        return;
      }
      const auto step = std::move(steps.front());
      steps.pop_front();
      step();
    };
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return harness.run(all);
  }
};

}  // namespace dba::test
