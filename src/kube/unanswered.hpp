#pragma once
// What became of a write that nobody answered: pure judgements on what a look-up finds, and the loop that looks.

#include <functional>
#include <optional>
#include <string_view>

#include "dba/base/timestamp.hpp"

#include "client_impl.hpp"

namespace dba::kube {

/// The value of a Date header; absent when it is none. @source RFC 9110 IMF-fixdate, the only form that servers send
std::optional<WallTime> parse_http_date(std::string_view text);

/// Whether everything in `wanted` is in `actual`: all members of objects, arrays of the same length; null = absent.
bool covers(const Json& actual, const Json& wanted);

enum class Fate {
  carried_out,
  not_yet,    ///< Not (or not yet): look again until the server has had its time.
  refused,    ///< Somebody else's object has the name: ours can never have been accepted.
  undecided,  ///< Could be ours or not.
};

/// Judges the object found after an unanswered POST.
/// @param began when our call began, on the server's clock; two seconds of error are allowed for.
Fate judge_created(const Json& found, const Json& sent, std::string_view field_manager, WallTime began);
/// @param patch JSON merge patch; its resourceVersion, a condition and not a change, is not compared.
Fate judge_patched(const Json& found, const Json& patch);
/// @param uid of the object that was to go; empty = unknown.
Fate judge_removed(const Json& found, std::string_view uid, WallTime began);

/// A write that began at a known time and whose answer never came.
class UnansweredWrite {
 public:
  UnansweredWrite(Client::Impl& client, const Address& address, Operation operation);

  /// Looks until the fate is known. @param failure the unanswered write; its words go into the error.
  /// @param judge gets what was seen and the server's time when the write began.
  /// @returns the object as it was last seen; null when it is gone.
  /// @throws ApiError: not carried out (exit 1), refused (already_exists, exit 3), or unknown (exit 6).
  std::optional<Json> settle(const ApiError& failure,
                             const std::function<Fate(const std::optional<Json>& found, WallTime began)>& judge);
  /// The bounds of what may still be done about the write: 10 s, the client's deadline, but half a second at least.
  Call remaining() const;

 private:
  struct Sight;
  Sight look(const Call& call);

  Client::Impl& client_;
  Address address_;
  Operation operation_;
  platform::SteadyTime began_;
};

}  // namespace dba::kube
