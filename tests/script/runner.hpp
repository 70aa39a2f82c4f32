#pragma once
// Runs one script in a fresh folder: every `exec` is a real process, and nothing of the caller's environment reaches it
// but what the options hand over.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "script/script.hpp"
#include "script/text.hpp"

namespace dba::script {

struct RunOptions {
  std::string name{};                   ///< Shown in failures, usually the path of the script.
  Variables environment{};              ///< Whole environment of the script's processes, before WORK, HOME and TMPDIR.
  std::vector<std::string> required{};  ///< What `need` may not skip for want of (DBA_REQUIRE).
  std::vector<std::string> secrets{};   ///< Texts replaced by *** in everything that is printed.
  bool verbose = false;                 ///< Log every phase in full.
  /// Called before the first line with the environment to complete, e.g. after making a namespace; may throw.
  std::function<void(Variables& environment)> set_up{};
  std::function<void(const Variables& environment)> tear_down{};  ///< Called last, also after a failure.
  std::chrono::milliseconds deadline{60000};                      ///< Of one `exec`, unless -timeout= says otherwise.
};

enum class Verdict { passed, failed, skipped };

struct RunResult {
  Verdict verdict = Verdict::passed;
  std::string reason{};  ///< Why it failed or was skipped: "name:12: …".
  std::string log{};     ///< The failing phase in full, the others one line each.
};

RunResult run_script(const Script& script, const RunOptions& options);

}  // namespace dba::script
