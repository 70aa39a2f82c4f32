#pragma once
// What stands behind exec, port-forward and log of a pod. cluster/ implements it; tests bring a fake.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace dba::sandbox::streaming {

struct PodRef {
  std::string ns{}, pod{}, uid{}, container{};
};

/// Bytes in both directions between a client of the API server and something in a pod. Blocking; thread-safe per side.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Up to `size` bytes; 0 = the other side has ended; absent = nothing within `wait`.
  virtual std::optional<std::size_t> read(char* buffer, std::size_t size, std::chrono::nanoseconds wait) = 0;
  virtual bool write(std::string_view bytes) = 0;  ///< False: nobody takes it any more.
  virtual void close_write() = 0;
};

struct ExecRequest {
  PodRef target{};
  std::vector<std::string> command{};
  bool use_stdin = false, use_stdout = true, use_stderr = false, tty = false;
};
/// What a command run inside a pod sees of the client.
struct ExecStreams {
  std::function<std::optional<std::string>(const std::stop_token&)> read_stdin{};  ///< Absent = end of input.
  std::function<void(std::string_view)> write_stdout{}, write_stderr{};
};
struct ExecResult {
  int exit_code = 0;
  std::string failure{};  ///< Not empty: it could not be run at all ("executable file not found in $PATH").
};

struct LogRequest {
  PodRef target{};
  bool follow = false, previous = false, timestamps = false;
  std::optional<std::int64_t> tail_lines{}, since_seconds{}, limit_bytes{};
};

class PodBackend {
 public:
  virtual ~PodBackend() = default;
  virtual ExecResult exec(const ExecRequest& request, const ExecStreams& streams, const std::stop_token& stop) = 0;
  /// A connection to a port of the pod. @throws Error with the container runtime's words when nothing listens there.
  virtual std::unique_ptr<ByteStream> connect(const PodRef& target, int port) = 0;
  /// Hands over text until the log ends, `stop`, or the sink says false.
  virtual void logs(const LogRequest& request, const std::function<bool(std::string_view)>& sink,
                    const std::stop_token& stop) = 0;
};

}  // namespace dba::sandbox::streaming
