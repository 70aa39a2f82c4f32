#pragma once
// Child processes by script: each run takes the next expectation, and whatever was not expected fails the test.

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "dba/platform/process.hpp"

namespace dba::test {

/// Thread-safe.
class FakeProcessRunner : public platform::ProcessRunner {
 public:
  ~FakeProcessRunner() override;  ///< Fails the test when an expected run never came.

  /// The next run must have exactly this argv, in this order; it gives `result`.
  void expect(std::vector<std::string> argv, platform::ProcessResult result);
  /// Called during every run, before it ends: a place to wait, to look, or to push a clock.
  std::function<void(const platform::ProcessRequest&, const std::stop_token&)> during{};

  platform::ProcessResult run(const platform::ProcessRequest& request, const std::stop_token& stop) override;

  std::vector<platform::ProcessRequest> requests() const;  ///< Every run so far, in order.

 private:
  struct Expected {
    std::vector<std::string> argv;
    platform::ProcessResult result;
  };
  mutable std::mutex mutex_;
  std::deque<Expected> expected_{};
  std::vector<platform::ProcessRequest> requests_{};
};

}  // namespace dba::test
