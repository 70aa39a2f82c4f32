#include "script/runner.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "script/running_script.hpp"

namespace dba::script {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "dba-script-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder");
  }
  path_ = fs::canonical(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

// --- the run ---------------------------------------------------------------------------------------------------------

RunResult RunningScript::run() {
  RunResult result;
  int number = 0;
  std::string earlier;
  try {
    prepare();
    for (const Phase& phase : script_.phases) {
      const std::string title = phase.title.empty() ? "" : fmt::format("# {}\n", phase.title);
      log_ = title;
      for (const Line& line : phase.lines) {
        number = line.number;
        run_line(line);
      }
      earlier += options_.verbose ? log_ : title;
      log_.clear();
    }
    end_sandbox();
    for (const auto& [name, left] : background_) {
      number = left->line;
      throw Failure(fmt::format("{} still runs at the end of the script; wait for it or kill it", name));
    }
  } catch (const Skip& skip) {
    result.verdict = Verdict::skipped;
    result.reason = fmt::format("{}:{}: {}", options_.name, number, skip.reason);
  } catch (const std::exception& failure) {
    result.verdict = Verdict::failed;
    result.reason = redacted(fmt::format("{}:{}: {}", options_.name, number, failure.what()));
    for (const auto& [name, left] : background_) {
      log_ += fmt::format("[{} stdout]\n{}[{} stderr]\n{}", name, read_text(left->out), name, read_text(left->err));
    }
  }
  result.log = redacted(earlier + log_);
  background_.clear();
  run_deferred();
  try {
    if (options_.tear_down && environment_.contains("WORK")) options_.tear_down(environment_);
  } catch (const std::exception& failure) {
    result.log += redacted(fmt::format("afterwards: {}\n", failure.what()));
    if (result.verdict == Verdict::passed) {
      result.verdict = Verdict::failed;
      result.reason = redacted(fmt::format("{}: {}", options_.name, failure.what()));
    }
  }
  return result;
}

void RunningScript::prepare() {
  folder_ = temporary_.path() / "work";
  fs::create_directories(folder_ / ".tmp");
  environment_ = options_.environment;
  environment_["WORK"] = folder_;
  environment_["HOME"] = folder_;
  environment_["TMPDIR"] = folder_ / ".tmp";
  if (options_.set_up) {
    options_.set_up(environment_);
  }
  for (const File& file : script_.files) {
    write_text(folder_ / file.name, file.content);
  }
}

void RunningScript::run_line(const Line& line) {
  if (!std::all_of(line.conditions.begin(), line.conditions.end(), [&](const auto& each) { return holds(each); })) {
    return;
  }
  log_ += fmt::format("> {}\n", line.text);
  Arguments arguments = expand(line);
  const auto found = commands().find(arguments.front());
  if (found == commands().end()) {
    throw Failure(fmt::format("unknown command \"{}\"", arguments.front()));
  }
  const Command& command = found->second;
  if (line.negated && !command.may_be_negated) {
    throw Failure(fmt::format("{} cannot be negated", found->first));
  }
  arguments.erase(arguments.begin());
  if (arguments.size() < command.least || arguments.size() > command.most) {
    throw Failure(fmt::format("wrong number of arguments for {}", found->first));
  }
  (this->*command.run)(line, std::move(arguments));
}

void RunningScript::run_deferred() {
  for (auto argv = deferred_.rbegin(); argv != deferred_.rend(); ++argv) {
    stdin_ = "/dev/null";
    run_to_end(*argv, options_.deadline);
  }
}

/// All words with their variables replaced; in the one that is a pattern, values match as they are.
Arguments RunningScript::expand(const Line& line) const {
  Arguments words;
  const auto is_pattern = [&](std::size_t at) {
    const std::string& command = words.front();
    if (command == "stdout" || command == "stderr" || command == "grep") {
      return at == (words.size() > 1 && words[1].starts_with("-count=") ? 2U : 1U);
    }
    return (command == "await" && at == 4) || (command == "eventually" && at == 3 && words[2] == "stdout");
  };
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    std::string text;
    for (const Word::Piece& piece : line.words[i].pieces) {
      text += piece.literal ? piece.text : replace_variables(piece.text, environment_, i > 0 && is_pattern(i));
    }
    words.push_back(std::move(text));
  }
  return words;
}

bool RunningScript::holds(const std::string& condition) {
  const bool negated = condition.starts_with('!');
  const std::string plain = condition.substr(negated ? 1 : 0);
  if (plain.starts_with("exec:")) {
    return available(plain.substr(5)) != negated;
  }
  if (plain.starts_with("env:")) {
    const auto found = environment_.find(plain.substr(4));
    return (found != environment_.end() && !found->second.empty()) != negated;
  }
  throw Failure(fmt::format("unknown condition [{}]", condition));
}

namespace {

/// Debian's tdsodbc.
bool has_freetds() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/odbc", "/usr/lib/aarch64-linux-gnu/odbc"}) {
    if (fs::exists(fs::path(folder) / "libtdsodbc.so")) return true;
  }
  return false;
}

}  // namespace

/// Its own texts change from one minor version to the next.
bool RunningScript::has_kubectl(const std::string& version) {
  run_to_end({"kubectl", "version", "--client"}, options_.deadline);
  return exit_code_ == 0 && count_matches("^Client Version: v" + version + "\\.", out_) > 0;
}

bool RunningScript::available(const std::string& need) {
  constexpr std::string_view kVersioned = "kubectl@";
  if (need.starts_with(kVersioned)) return available("kubectl") && has_kubectl(need.substr(kVersioned.size()));
  const auto variable = [&](const char* name) {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : found->second;
  };
  if (need == "rig" || need == "crds") {
    return !variable(need == "rig" ? "RIG_T" : "RIG_CRDS").empty();
  }
  if (need == "msodbc") return !variable("DBA_MSODBC").empty();
  if (need == "freetds") return has_freetds();
  const std::string path = variable("PATH") + ":";
  for (std::size_t at = 0, end = 0; (end = path.find(':', at)) != std::string::npos; at = end + 1) {
    if (access((path.substr(at, end - at) + "/" + need).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

// --- names -----------------------------------------------------------------------------------------------------------

fs::path RunningScript::resolve(const std::string& name) const {
  return name.starts_with('/') ? fs::path(name) : folder_ / name;
}

std::string RunningScript::content_of(const std::string& name) const {
  if (name == "stdout") {
    return out_;
  }
  return name == "stderr" ? err_ : read_text(resolve(name));
}

RunningScript::Background& RunningScript::background(const std::string& name) {
  const auto found = background_.find(name);
  if (found == background_.end()) {
    throw Failure(fmt::format("no background process {}", name));
  }
  return *found->second;
}

std::string RunningScript::redacted(std::string text) const {
  for (const std::string& secret : options_.secrets) {
    text = replace_all(std::move(text), secret, "***");
  }
  return text;
}

RunResult run_script(const Script& script, const RunOptions& options) { return RunningScript(script, options).run(); }

}  // namespace dba::script
