#include <algorithm>
#include <csignal>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "script/running_script.hpp"

namespace dba::script {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kSandbox = "sandbox";

/// A program that a sanitizer or the library's own checks ended is broken, whatever exit code the script expects.
bool shows_crash(const std::string& text) {
  return count_matches("(Address|Leak|Thread)Sanitizer|runtime error:|terminate called|Assertion .* failed", text) > 0;
}

int parse_signal(const std::string& name) {
  static const std::map<std::string, int> signals = {{"-INT", SIGINT}, {"-TERM", SIGTERM}, {"-KILL", SIGKILL},
                                                     {"-HUP", SIGHUP}, {"-STOP", SIGSTOP}, {"-CONT", SIGCONT}};
  const auto found = signals.find(name);
  if (found == signals.end()) {
    throw Failure(fmt::format("unknown signal {}", name));
  }
  return found->second;
}

}  // namespace

const std::map<std::string, RunningScript::Command>& RunningScript::commands() {
  constexpr std::size_t kMany = 1000;
  static const std::map<std::string, Command> table = {
      {"await", {4, 4, &RunningScript::do_await}},
      {"capture", {1, 1, &RunningScript::do_capture}},
      {"cd", {1, 1, &RunningScript::do_cd}},
      {"cmp", {2, 2, &RunningScript::do_cmp}},
      {"cmpenv", {2, 2, &RunningScript::do_cmp}},
      {"cp", {2, 2, &RunningScript::do_cp}},
      {"defer", {2, kMany, &RunningScript::do_defer}},
      {"env", {1, kMany, &RunningScript::do_env}},
      {"eventually", {3, kMany, &RunningScript::do_eventually}},
      {"exec", {1, kMany, &RunningScript::do_exec, true}},
      {"exists", {1, kMany, &RunningScript::do_exists, true}},
      {"exit", {1, 1, &RunningScript::do_exit}},
      {"grep", {2, 3, &RunningScript::do_match, true}},
      {"kill", {1, 2, &RunningScript::do_kill}},
      {"mkdir", {1, 1, &RunningScript::do_mkdir}},
      {"need", {1, kMany, &RunningScript::do_need}},
      {"rm", {1, 1, &RunningScript::do_rm}},
      {"sandbox", {0, kMany, &RunningScript::do_sandbox}},
      {"skip", {1, kMany, &RunningScript::do_skip}},
      {"stderr", {1, 2, &RunningScript::do_match, true}},
      {"stdin", {1, 1, &RunningScript::do_stdin}},
      {"stdout", {1, 2, &RunningScript::do_match, true}},
      {"tty", {1, kMany, &RunningScript::do_tty, true}},
      {"wait", {1, 1, &RunningScript::do_wait}},
  };
  return table;
}

// --- processes -------------------------------------------------------------------------------------------------------

Start RunningScript::start_of(Arguments argv) {
  const std::string output = (temporary_.path() / std::to_string(++started_)).string();
  return {std::move(argv), environment_, folder_, stdin_, output + ".out", output + ".err"};
}

void RunningScript::run_to_end(Arguments argv, milliseconds deadline) {
  const Start start = start_of(std::move(argv));
  Process process(start);
  exit_code_ = process.wait(steady_clock::now() + deadline);
  out_ = read_text(start.out);
  err_ = read_text(start.err);
}

void RunningScript::judge_exit(bool negated) const {
  if (!exit_code_) {
    throw Failure("did not end in time");
  }
  if (shows_crash(err_) || (*exit_code_ > 128 && *exit_code_ != 128 + SIGINT && *exit_code_ != 128 + SIGTERM)) {
    throw Failure(fmt::format("crashed (exit code {})", *exit_code_));
  }
  if (*exit_code_ == 127) {
    throw Failure("the program was not found");
  }
  if (negated == (*exit_code_ == 0)) {
    throw Failure(negated ? "succeeded, but should fail" : fmt::format("failed with exit code {}", *exit_code_));
  }
}

void RunningScript::log_output() {
  for (const auto& [name, text] : {std::pair<std::string_view, std::string_view>{"stdout", out_}, {"stderr", err_}}) {
    if (!text.empty()) {
      log_ += fmt::format("[{}]\n{}{}", name, text, text.ends_with('\n') ? "" : "\n");
    }
  }
  if (exit_code_ != 0) {
    log_ += exit_code_ ? fmt::format("[exit {}]\n", *exit_code_) : "[still running]\n";
  }
}

void RunningScript::do_exec(const Line& line, Arguments arguments) {
  milliseconds deadline = options_.deadline;
  if (arguments[0].starts_with("-timeout=")) {
    deadline = parse_duration(arguments[0].substr(9));
    arguments.erase(arguments.begin());
  }
  if (arguments.back().size() > 1 && arguments.back().starts_with('&')) {
    const std::string name = arguments.back().substr(1);
    arguments.pop_back();
    const Start start = start_of(std::move(arguments));
    background_[name] =
        std::make_unique<Background>(Background{Process(start), line.negated, line.number, start.out, start.err});
    stdin_ = "/dev/null";
    return;
  }
  run_to_end(std::move(arguments), deadline);
  stdin_ = "/dev/null";
  log_output();
  judge_exit(line.negated);
}

void RunningScript::do_tty(const Line& line, Arguments arguments) {
  TerminalRun run =
      run_in_terminal(start_of(std::move(arguments)), read_text(stdin_), steady_clock::now() + options_.deadline);
  stdin_ = "/dev/null";
  out_ = std::move(run.output);
  err_.clear();
  exit_code_ = run.exit_code;
  log_output();
  if (shows_crash(out_)) {
    throw Failure("crashed");
  }
  judge_exit(line.negated);
}

void RunningScript::do_wait(const Line& /*line*/, Arguments arguments) {
  Background& one = background(arguments[0]);
  exit_code_ = one.process.wait(steady_clock::now() + options_.deadline);
  out_ = read_text(one.out);
  err_ = read_text(one.err);
  const bool negated = one.negated;
  log_output();
  if (exit_code_) {
    background_.erase(arguments[0]);
  }
  judge_exit(negated);
}

void RunningScript::do_kill(const Line& /*line*/, Arguments arguments) {
  const bool named = arguments[0].starts_with('-');
  background(arguments.at(named ? 1 : 0)).process.signal(named ? parse_signal(arguments[0]) : SIGTERM);
}

void RunningScript::do_await(const Line& /*line*/, Arguments arguments) {
  const Background& one = background(arguments[0]);
  if (arguments[2] != "stdout" && arguments[2] != "stderr") {
    throw Failure("write: await NAME DURATION stdout|stderr PATTERN");
  }
  await(one, arguments[2] == "stdout" ? one.out : one.err, arguments[3], parse_duration(arguments[1]));
}

std::string RunningScript::await(const Background& one, const fs::path& file, const std::string& pattern,
                                 milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  const OutputWatch output(file);
  for (;;) {
    const bool ended = one.process.has_ended();  // before reading: what it wrote last counts
    std::string text = read_text(file);
    if (count_matches(pattern, text) > 0) return text;
    if (ended) {
      throw Failure(fmt::format("ended without a match for {}", pattern));
    }
    if (steady_clock::now() > deadline) {
      throw Failure(fmt::format("no match for {} within {}", pattern, limit));
    }
    output.wait(one.process, deadline);
  }
}

/// A simulated cluster, or on the rig the simulated KubeDB alone, in the script's own namespace.
void RunningScript::do_sandbox(const Line& line, Arguments arguments) {
  const bool on_rig = environment_.contains("RIG_T");
  Arguments argv{"kubectl-dba-sandbox", on_rig ? "operator" : "up"};
  if (on_rig) argv.insert(argv.end(), {"-n", environment_.at("NS")});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const Start start = start_of(std::move(argv));
  background_[kSandbox] =
      std::make_unique<Background>(Background{Process(start), line.negated, line.number, start.out, start.err});
  const Background& one = background(kSandbox);
  constexpr std::chrono::seconds kLimit{60};
  if (on_rig) {
    await(one, one.err, "works on", kLimit);
    return;
  }
  const std::string said = await(one, one.out, "export KUBECONFIG=.*\n", kLimit);
  constexpr std::string_view kBefore = "export KUBECONFIG=";
  environment_["KUBECONFIG"] = said.substr(kBefore.size(), said.find('\n') - kBefore.size());
  environment_["NS"] = "demo";
}

/// It has to end well, too: a leak or a race in it is a failure of the script that showed it.
void RunningScript::end_sandbox() {
  const auto found = background_.find(kSandbox);
  if (found == background_.end()) return;
  found->second->process.signal(SIGINT);
  do_wait({}, {kSandbox});
}

void RunningScript::do_eventually(const Line& /*line*/, Arguments arguments) {
  const auto deadline = steady_clock::now() + parse_duration(arguments[0]);
  const bool with_pattern = arguments[1] == "stdout";
  const std::string pattern = with_pattern ? arguments[2] : "^";
  std::size_t at = with_pattern ? 3 : 1;
  const bool negated = at < arguments.size() && arguments[at] == "!";
  at += negated ? 1 : 0;
  if (at + 1 >= arguments.size() || arguments[at] != "exec") {
    throw Failure("write: eventually DURATION [stdout PATTERN] [!] exec PROGRAM …");
  }
  const Arguments argv(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
  for (;;) {
    run_to_end(argv, options_.deadline);
    if (exit_code_ && (*exit_code_ != 0) == negated && count_matches(pattern, out_) > 0) {
      break;
    }
    if (steady_clock::now() > deadline) {
      log_output();
      throw Failure(fmt::format("did not come true within {}", arguments[0]));
    }
    usleep(50'000);
  }
  log_output();
  judge_exit(negated);
}

void RunningScript::do_defer(const Line& /*line*/, Arguments arguments) {
  if (arguments[0] != "exec") {
    throw Failure("write: defer exec PROGRAM …");
  }
  deferred_.emplace_back(arguments.begin() + 1, arguments.end());
}

// --- looking at what came out ----------------------------------------------------------------------------------------

void RunningScript::do_exit(const Line& /*line*/, Arguments arguments) {
  const std::string code = exit_code_ ? std::to_string(*exit_code_) : "none";
  if (code != arguments[0]) {
    throw Failure(fmt::format("exit code {}, want {}", code, arguments[0]));
  }
}

void RunningScript::do_match(const Line& line, Arguments arguments) {
  const std::string source =
      line.words.front().pieces.front().text == "grep" ? arguments.back() : line.words.front().pieces.front().text;
  const bool counted = arguments[0].starts_with("-count=");
  const std::string& pattern = arguments.at(counted ? 1 : 0);
  const std::size_t count = count_matches(pattern, content_of(source));
  if (counted) {
    if (arguments[0] != fmt::format("-count={}", count)) {
      throw Failure(fmt::format("{} matches for {}", count, pattern));
    }
  } else if ((count > 0) == line.negated) {
    throw Failure(fmt::format("{} match for {}", line.negated ? "unexpected" : "no", pattern));
  }
}

void RunningScript::do_cmp(const Line& line, Arguments arguments) {
  const std::string got = content_of(arguments[0]);
  std::string want = content_of(arguments[1]);
  if (line.words.front().pieces.front().text == "cmpenv") {
    want = replace_variables(want, environment_, false);
  }
  if (got != want) {
    throw Failure(fmt::format("{} and {} differ in {}", arguments[0], arguments[1], first_difference(got, want)));
  }
}

void RunningScript::do_exists(const Line& line, Arguments arguments) {
  for (const std::string& name : arguments) {
    if (fs::exists(resolve(name)) == line.negated) {
      throw Failure(fmt::format("{} {}", name, line.negated ? "exists" : "does not exist"));
    }
  }
}

// --- changing what the next process sees -----------------------------------------------------------------------------

void RunningScript::do_capture(const Line& /*line*/, Arguments arguments) {
  environment_[arguments[0]] = out_.substr(0, out_.find_last_not_of(" \n") + 1);
}

void RunningScript::do_cd(const Line& /*line*/, Arguments arguments) { folder_ = fs::canonical(resolve(arguments[0])); }

void RunningScript::do_cp(const Line& /*line*/, Arguments arguments) {
  if (arguments[0] == "stdout" || arguments[0] == "stderr") {
    write_text(resolve(arguments[1]), content_of(arguments[0]));
  } else {
    fs::copy(resolve(arguments[0]), resolve(arguments[1]),
             fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  }
}

void RunningScript::do_env(const Line& /*line*/, Arguments arguments) {
  for (const std::string& each : arguments) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos) {
      environment_.erase(each);
    } else {
      environment_[each.substr(0, equals)] = each.substr(equals + 1);
    }
  }
}

void RunningScript::do_mkdir(const Line& /*line*/, Arguments arguments) {
  fs::create_directories(resolve(arguments[0]));
}

void RunningScript::do_rm(const Line& /*line*/, Arguments arguments) { fs::remove_all(resolve(arguments[0])); }

void RunningScript::do_stdin(const Line& /*line*/, Arguments arguments) {
  stdin_ = temporary_.path() / "stdin";
  write_text(stdin_, content_of(arguments[0]));
}

// --- conditions ------------------------------------------------------------------------------------------------------

void RunningScript::do_need(const Line& /*line*/, Arguments arguments) {
  for (const std::string& what : arguments) {
    if (available(what)) {
      continue;
    }
    if (std::find(options_.required.begin(), options_.required.end(), what) != options_.required.end()) {
      throw Failure(fmt::format("{} is missing, and DBA_REQUIRE insists on it", what));
    }
    throw Skip{fmt::format("needs {}", what)};
  }
}

void RunningScript::do_skip(const Line& /*line*/, Arguments arguments) {
  throw Skip{fmt::format("{}", fmt::join(arguments, " "))};
}

}  // namespace dba::script
