#include "cluster/processes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "dba/base/text.hpp"

namespace dba::sandbox::cluster {

namespace {

struct SignalName {
  std::string_view name;
  int number;
};
constexpr auto kSignals = std::to_array<SignalName>({
    {"hup", SIGHUP},
    {"int", SIGINT},
    {"quit", SIGQUIT},
    {"ill", SIGILL},
    {"abrt", SIGABRT},
    {"fpe", SIGFPE},
    {"kill", SIGKILL},
    {"usr1", SIGUSR1},
    {"segv", SIGSEGV},
    {"usr2", SIGUSR2},
    {"pipe", SIGPIPE},
    {"alrm", SIGALRM},
    {"term", SIGTERM},
    {"chld", SIGCHLD},
    {"cont", SIGCONT},
    {"stop", SIGSTOP},
    {"tstp", SIGTSTP},
});
constexpr int kMostSignals = 64;

bool stops(int signal) { return signal == SIGSTOP || signal == SIGTSTP; }
bool is_harmless(int signal) { return signal == 0 || signal == SIGCHLD; }

}  // namespace

const Process* ProcessTable::find(int pid) const {
  const auto found = std::ranges::find(processes_, pid, &Process::pid);
  return found == processes_.end() ? nullptr : &*found;
}

SignalEffect ProcessTable::send(int pid, int signal, SignalOrigin origin) {
  const auto found = std::ranges::find(processes_, pid, &Process::pid);
  if (found == processes_.end()) return SignalEffect::no_such_process;
  if (is_harmless(signal)) return SignalEffect::none;
  const bool shielded = pid == 1 && origin == SignalOrigin::inside;
  if (stops(signal)) {
    if (shielded || found->stopped) return SignalEffect::none;
    found->stopped = true;
    return SignalEffect::stopped;
  }
  if (signal == SIGCONT) {
    if (!found->stopped) return SignalEffect::none;
    found->stopped = false;
    return SignalEffect::continued;
  }
  // PID 1 hears only what it has a handler for.
  if (shielded && signal != SIGTERM && signal != SIGINT) return SignalEffect::none;
  if (found->stopped && signal != SIGKILL) return SignalEffect::none;  // Pending until it is continued.
  if (pid == 1) {
    processes_.clear();
    return SignalEffect::ended;
  }
  processes_.erase(found);
  return SignalEffect::child_died;
}

std::optional<int> parse_signal(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc{} && end == text.data() + text.size()) {
    return number >= 0 && number <= kMostSignals ? std::optional(number) : std::nullopt;
  }
  std::string name = to_lower(text);
  if (name.starts_with("sig")) name.erase(0, 3);
  for (const SignalName& row : kSignals) {
    if (row.name == name) return row.number;
  }
  return std::nullopt;
}

}  // namespace dba::sandbox::cluster
