#include "exec_credentials.hpp"

#include <utility>

#include <fmt/format.h>

namespace dba::kube {

ExecCredentials::ExecCredentials(ExecPlugin plugin, PluginInput input, platform::Environment environment,
                                 platform::ProcessRunner& processes, platform::Clock& clock)
    : plugin_(std::move(plugin)),
      input_(input),
      environment_(std::move(environment)),
      processes_(processes),
      clock_(clock) {}

bool ExecCredentials::is_fresh() const { return usable_ && !(expires_ && clock_.wall_now() > *expires_); }

/// Keeps the answer; a new generation only when it is another credential.
void ExecCredentials::take(ExecCredential&& answer) {
  Secret authorization(answer.token.empty() ? "" : "Bearer " + answer.token.reveal());
  const bool same = credential_.generation != 0 && credential_.authorization == authorization &&
                    credential_.certificate_pem == answer.certificate_pem && credential_.key_pem == answer.key_pem;
  if (!same) {
    credential_ = {std::move(authorization), std::move(answer.certificate_pem), std::move(answer.key_pem),
                   credential_.generation + 1};
  }
  expires_ = answer.expires;
  usable_ = true;
}

/// Runs the plugin without the lock, so that those who wait can still be told to stop.
void ExecCredentials::fly(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto flight = std::make_shared<Flight>();
  flight_ = flight;
  lock.unlock();
  ExecCredential answer;
  std::optional<Error> failure;
  try {
    answer = run_exec_plugin(plugin_, input_, environment_, processes_, stop);
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure = Error(ExitCode::unexpected, fmt::format("getting credentials: {}", error.what()));
  }
  lock.lock();
  flight_.reset();
  flight->landed = true;
  flight->failure = failure;
  if (!failure) take(std::move(answer));
  landed_.notify_all();
  if (failure) throw Error(failure->info());
}

Credential ExecCredentials::current(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!is_fresh()) {
    const std::shared_ptr<Flight> flight = flight_;
    if (flight == nullptr) {
      fly(lock, stop);
      return credential_;  // Even if it has expired already: the server is the judge.
    }
    landed_.wait(lock, stop, [&] { return flight->landed; });
    if (!flight->landed) {
      throw Error(ExitCode::interrupted,
                  fmt::format("interrupted while waiting for credential plugin {}", plugin_.command));
    }
    // The one who flew may have been told to stop; we were not, so we try ourselves.
    if (flight->failure && flight->failure->code() != ExitCode::interrupted) throw Error(flight->failure->info());
    if (!flight->failure) return credential_;
  }
  return credential_;
}

bool ExecCredentials::refresh_after_unauthorized(const Credential& used) {
  const std::lock_guard lock(mutex_);
  if (used.generation != credential_.generation || !usable_) return true;
  usable_ = false;
  return std::exchange(refused_, used.generation) != used.generation;
}

}  // namespace dba::kube
