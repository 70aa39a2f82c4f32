#pragma once
// The processes of one container, in its own PID namespace: what `ps` shows and `kill` reaches.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"

namespace dba::sandbox::cluster {

struct Process {
  int pid = 0, parent = 0;
  std::string name{};     ///< As in /proc/PID/comm.
  std::string command{};  ///< As ps prints it.
  bool stopped = false;
  WallTime started{};
};

/// What a signal did to the container.
enum class SignalEffect {
  none,             ///< Taken and without effect (ignored, or already in that state).
  no_such_process,  ///< "No such process"
  child_died,       ///< The server process is gone; its launcher is about to end.
  ended,            ///< PID 1 ended: the container is over.
  stopped,
  continued,
};

/// Where a signal comes from. From inside the container PID 1 is immune to KILL and STOP, and to every signal that it
/// has no handler for; the container runtime outside is bound by none of this.
enum class SignalOrigin { inside, outside };

class ProcessTable {
 public:
  ProcessTable() = default;
  explicit ProcessTable(std::vector<Process> processes) : processes_(std::move(processes)) {}
  const std::vector<Process>& all() const { return processes_; }
  const Process* find(int pid) const;
  SignalEffect send(int pid, int signal, SignalOrigin origin);

 private:
  std::vector<Process> processes_{};
};

/// "KILL", "SIGKILL", "9" → 9. Absent: not a signal.
std::optional<int> parse_signal(std::string_view text);

}  // namespace dba::sandbox::cluster
