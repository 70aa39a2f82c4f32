#include "dba/platform/interrupt.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>

#include <poll.h>
#include <signal.h>
#include <time.h>

#include "file_descriptor.hpp"

namespace dba::platform {

namespace {

constexpr std::array<int, 3> kStopSignals{SIGINT, SIGTERM, SIGHUP};

/// What calls the listening thread, beside the numbers of signals.
constexpr unsigned char kEnd = 0, kLookAtOutput = 255;

/// Who signals a process and then its group, as timeout(1) does, wants one thing: what comes so soon is not the second.
constexpr std::int64_t kSameSignalNanos = 250'000'000;

std::atomic<int> wake_fd{-1};
std::atomic<std::int64_t> first_at{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free,
              "the signal handler may only touch lock-free atomics");

std::int64_t monotonic_nanos() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Hands the first signal to the listening thread. The second ends the process, even if nobody listens any more.
extern "C" void on_stop_signal(int number) {
  const int saved_errno = errno;
  const std::int64_t now = monotonic_nanos();
  std::int64_t first = 0;
  if (first_at.compare_exchange_strong(first, now)) {
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const ssize_t written = ::write(wake_fd.load(), &byte, 1);
  } else if (now - first >= kSameSignalNanos) {
    ::signal(number, SIG_DFL);
    ::raise(number);  // Delivered when this handler returns.
  }
  errno = saved_errno;
}

}  // namespace

struct Interrupt::Impl {
  Pipe pipe = make_pipe();
  std::stop_source source{};
  std::atomic<int> first{0};
  std::array<struct sigaction, kStopSignals.size()> earlier{};
  struct sigaction earlier_pipe {};
  std::atomic<int> output{-1};  ///< What stop_when_unread looks at; -1 = nothing.
  std::thread listener{};

  /// Until the destructor or a signal calls.
  void listen() {
    bool ended = false;
    while (!ended) {
      // Errors and hang-ups are told unasked; poll(2) leaves out what is -1.
      std::array<pollfd, 2> ends{pollfd{.fd = pipe.read_end.get(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = output, .events = 0, .revents = 0}};
      if (::poll(ends.data(), ends.size(), -1) < 0) continue;
      if (ends[0].revents != 0) ended = take_call();
      if (ends[1].revents == 0) continue;
      output = -1;
      source.request_stop();
    }
  }

  void call(unsigned char byte) const { write_all(pipe.write_end.get(), {reinterpret_cast<const char*>(&byte), 1}); }

  /// @returns whether it was the last call.
  bool take_call() {
    unsigned char byte = 0;
    if (::read(pipe.read_end.get(), &byte, 1) != 1) return false;
    if (byte == kLookAtOutput) return false;
    if (byte == kEnd) return true;
    first = byte;
    source.request_stop();
    return true;
  }
};

Interrupt::Interrupt() : impl_(std::make_unique<Impl>()) {
  wake_fd = impl_->pipe.write_end.get();
  first_at = 0;
  impl_->listener = std::thread([this] { impl_->listen(); });

  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &impl_->earlier_pipe);

  struct sigaction handle {};
  handle.sa_handler = on_stop_signal;
  handle.sa_flags = SA_RESTART;
  for (const int each : kStopSignals) ::sigaddset(&handle.sa_mask, each);
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    ::sigaction(kStopSignals[i], nullptr, &impl_->earlier[i]);
    // Started under nohup (or in the background by a shell without job control): it stays ignored.
    if (impl_->earlier[i].sa_handler != SIG_IGN) ::sigaction(kStopSignals[i], &handle, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) ::sigaction(kStopSignals[i], &impl_->earlier[i], nullptr);
  ::sigaction(SIGPIPE, &impl_->earlier_pipe, nullptr);
  impl_->call(kEnd);
  impl_->listener.join();
  wake_fd = -1;
}

void Interrupt::stop_when_unread(int descriptor) {
  impl_->output = descriptor;
  impl_->call(kLookAtOutput);
}

std::stop_token Interrupt::token() const { return impl_->source.get_token(); }

int Interrupt::signal() const { return impl_->first; }

ExitCode Interrupt::exit_code() const {
  switch (signal()) {
    case 0:
      return ExitCode::ok;
    case SIGINT:
      return ExitCode::interrupted;
    default:
      return ExitCode::terminated;
  }
}

}  // namespace dba::platform
