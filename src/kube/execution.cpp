#include "execution.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/platform/wait.hpp"

#include "pod_stream.hpp"

namespace dba::kube {

namespace {

constexpr char kStdin = 0, kStdout = 1, kStderr = 2, kStatus = 3, kClose = static_cast<char>(255);
/// Beyond this what comes is not an answer that anybody waits for.
constexpr std::size_t kLongestOutput = 256U << 20;

/// What the status channel says at the end: the command's exit code, or why it could not run.
/// @source remotecommand v4: Status Success, or Failure with reason NonZeroExitCode and a cause ExitCode
int exit_code_of(const std::string& status_text, const ExecRequest& request) {
  const Json status = Json::parse(status_text, nullptr, false);
  const std::string verdict = status.is_object() ? status.value("status", "") : "";
  if (verdict == "Success") return 0;
  if (verdict == "Failure" && status.value("reason", "") == "NonZeroExitCode") {
    const Json details = status.value("details", Json::object());
    for (const Json& cause : details.value("causes", Json::array())) {
      const std::string code = cause.value("message", "");
      int exit_code = 0;
      const auto [end, problem] = std::from_chars(code.data(), code.data() + code.size(), exit_code);
      if (cause.value("reason", "") == "ExitCode" && problem == std::errc() && end == code.data() + code.size()) {
        return exit_code;
      }
    }
  }
  throw Error(ExitCode::unexpected, fmt::format("cannot run a command in pod \"{}\"", request.pod),
              status.is_object() ? status.value("message", status_text) : status_text);
}

class Execution {
 public:
  Execution(std::unique_ptr<WebSocket> remote, const ExecRequest& request, const SilenceLimits& limits)
      : remote_(std::move(remote)), request_(request), limits_(limits), input_(request.stdin_text) {}

  ExecResult run(platform::SteadyTime deadline, const std::stop_token& stop) {
    const platform::Wakeup wakeup;
    const platform::StopNotice notice(stop, wakeup);
    while (open_) {
      send_input();
      const bool sent = remote_->flush();
      // What came before the connection broke is read all the same: the command's exit code may be in it.
      if (!remote_->receive() || !(sent || remote_->has_more())) open_ = false;
      take_messages();
      if (open_ && !remote_->has_more()) wait(wakeup, deadline);
      if (!open_) break;
      if (stop.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
      // Asked of the clock: there may be something to read at every turn.
      if (platform::system_clock().steady_now() >= deadline)
        throw Error(ExitCode::timed_out, fmt::format("a command in pod \"{}\" did not end in time", request_.pod));
    }
    if (status_.empty()) {
      throw Error(ExitCode::unexpected,
                  fmt::format("the connection to pod \"{}\" ended before its command did", request_.pod));
    }
    result_.exit_code = exit_code_of(status_, request_);
    return std::move(result_);
  }

 private:
  void wait(const platform::Wakeup& wakeup, platform::SteadyTime deadline) const {
    const auto now = platform::system_clock().steady_now();
    if (now - remote_->last_heard() >= limits_.dead_after) {
      throw Error(ExitCode::unexpected,
                  fmt::format("the API server went silent while a command ran in pod \"{}\"", request_.pod));
    }
    // Not once the command has ended: a ping then can cost what it said last.
    // @source github.com/kubernetes/kubernetes/issues/124571
    if (status_.empty()) remote_->ping_if_silent(limits_.ping_after);
    std::vector<platform::Interest> interests{{remote_->socket(), true, remote_->unsent() > 0 || !input_.empty()}};
    platform::wait_for(interests, wakeup, std::min(deadline, now + limits_.ping_after));
  }

  void send_input() {
    while (!input_.empty() && remote_->unsent() < kLongestPayload) {
      const std::string_view piece = input_.substr(0, kLongestPayload - 1);
      remote_->send(Opcode::binary, std::string(1, kStdin).append(piece));
      input_.remove_prefix(piece.size());
    }
    if (!input_.empty() || request_.stdin_text.empty() || closed_stdin_) return;
    closed_stdin_ = true;
    // The older protocol cannot say that the input has ended; commands that need to know are not for it.
    if (remote_->protocol() == kWithHalfClose) remote_->send(Opcode::binary, std::string{kClose, kStdin});
  }

  void take_messages() {
    while (auto message = remote_->next()) {
      if (message->opcode == Opcode::close) {
        open_ = false;
        return;
      }
      if (message->payload.empty()) continue;
      const std::string_view bytes = std::string_view(message->payload).substr(1);
      if (message->payload.front() == kStdout) result_.out += bytes;
      if (message->payload.front() == kStderr) result_.err += bytes;
      if (message->payload.front() == kStatus) status_ += bytes;
      if (result_.out.size() + result_.err.size() + status_.size() > kLongestOutput) {
        throw Error(ExitCode::unexpected, fmt::format("a command in pod \"{}\" prints without end", request_.pod));
      }
    }
  }

  std::unique_ptr<WebSocket> remote_;
  const ExecRequest& request_;
  const SilenceLimits limits_;
  std::string_view input_;
  bool closed_stdin_ = false, open_ = true;
  std::string status_;
  ExecResult result_;
};

}  // namespace

ExecResult carry_command(std::unique_ptr<WebSocket> remote, const ExecRequest& request, platform::SteadyTime deadline,
                         const std::stop_token& stop, const SilenceLimits& limits) {
  return Execution(std::move(remote), request, limits).run(deadline, stop);
}

}  // namespace dba::kube
