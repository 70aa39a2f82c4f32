#include "dba/platform/interrupt.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

#include <signal.h>

#include "file_descriptor.hpp"

namespace dba::platform {

namespace {

constexpr std::array<int, 3> kStopSignals{SIGINT, SIGTERM, SIGHUP};

std::atomic<int> wake_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "the signal handler may only touch lock-free atomics");

/// Gives all three signals their default action, so that the next one ends the process even if nobody listens any
/// more, and hands this one to the listening thread.
extern "C" void on_stop_signal(int number) {
  const int saved_errno = errno;
  for (const int each : kStopSignals) ::signal(each, SIG_DFL);
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = ::write(wake_fd.load(), &byte, 1);
  errno = saved_errno;
}

}  // namespace

struct Interrupt::Impl {
  Pipe pipe = make_pipe();
  std::stop_source source{};
  std::atomic<int> first{0};
  std::array<struct sigaction, kStopSignals.size()> earlier{};
  struct sigaction earlier_pipe {};
  std::thread listener{};

  /// Byte 0 is the destructor's; any other is the number of a signal.
  void listen() {
    unsigned char byte = 0;
    ssize_t got = 0;
    do {
      got = ::read(pipe.read_end.get(), &byte, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1 || byte == 0) return;
    first = byte;
    source.request_stop();
  }
};

Interrupt::Interrupt() : impl_(std::make_unique<Impl>()) {
  wake_fd = impl_->pipe.write_end.get();
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
  write_all(impl_->pipe.write_end.get(), std::string_view("\0", 1));
  impl_->listener.join();
  wake_fd = -1;
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
