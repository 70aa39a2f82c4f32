#pragma once
// Follows one collection: list, watch from there, take up again where the stream ended, list again when the server no
// longer knows that place.

#include <optional>
#include <stop_token>
#include <string>

#include "client_impl.hpp"
#include "watch_queue.hpp"
#include "watch_state.hpp"

namespace dba::kube {

/// @source client-go tools/cache Reflector: order of steps, time-outs, backoff.
class Reflector {
 public:
  Reflector(Client& client, const WatchTarget& target, std::size_t index, std::shared_ptr<WatchQueue> queue);
  /// Runs until `stop` is requested or the collection cannot be followed.
  void run(const std::stop_token& stop);

 private:
  enum class Next { resume, relist, poll };

  void follow();
  void list();
  Next watch_or_wait();
  Next watch();
  Next read_events(WatchStream& stream);
  Next take_event(const std::string& frame);
  Next after_error_event(const Json& status);
  Next after_refusal(WatchStream& stream);
  HttpRequest watch_request() const;
  /// Waits with growing pauses, or as long as the server asks for.
  void pause(int retry_after_seconds = 0);
  /// The same after a failure, which is told when it is not the first in a row: one is over before anybody has to know.
  void pause_after(const ApiError& error);
  void works();  ///< Ends the row of failures.
  void sleep(std::chrono::nanoseconds duration);
  /// Whether waiting is pointless: it is when the first list has failed often enough. An API server that has just
  /// started may not know its roles and CRDs yet, so what worked before is not given up at once.
  bool is_final(const ApiError& error);
  void emit(WatchEvent::Kind kind, std::unique_ptr<Json> object = {}, std::shared_ptr<const ApiError> error = {});
  Operation operation(std::string_view verb) const;

  Client& client_;
  Client::Impl& impl_;
  const WatchTarget target_;
  const std::size_t index_;
  std::shared_ptr<WatchQueue> queue_;
  std::stop_token stop_;
  KnownObjects known_;
  Backoff backoff_;
  std::string resource_version_;
  bool synced_ = false;
  int failed_first_lists_ = 0;
  bool polls_ = false;
  bool refreshed_ = false;  ///< The credential, since the last watch that was started.
  std::optional<platform::SteadyTime> refused_since_;
  int failures_ = 0;  ///< In a row.
};

}  // namespace dba::kube
