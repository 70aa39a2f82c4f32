#pragma once
// How the coordinators of one availability group are set up, read from its MSSQLServer.

#include <chrono>
#include <string>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// spec.topology.availabilityGroup.leaderElection.
struct LeaderElection {
  std::chrono::nanoseconds period = std::chrono::milliseconds(300);
  int election_tick = 10;
  int heartbeat_tick = 1;
  std::chrono::nanoseconds transfer_interval = std::chrono::seconds(1);
  std::chrono::nanoseconds transfer_timeout = std::chrono::seconds(60);

  /// The least time without a heartbeat after which a member stands for election; the most is twice that.
  std::chrono::nanoseconds timeout() const { return period * election_tick; }
  std::chrono::nanoseconds heartbeat() const { return period * heartbeat_tick; }
  friend bool operator==(const LeaderElection&, const LeaderElection&) = default;
};

struct Settings {
  std::string ns{}, database{};
  int replicas = 1;        ///< Members with data; the arbiter is one more.
  bool arbiter = false;    ///< Votes only.
  bool clustered = true;   ///< False: a standalone instance, without coordinator or election.
  bool forwarder = false;  ///< The primary of a distributed group's secondary side: it takes no writes of its own.
  bool pre_vote = true;    ///< Who cannot win does not raise the term.
  LeaderElection election{};

  int voters() const { return replicas + (arbiter ? 1 : 0); }
  int quorum() const { return voters() / 2 + 1; }
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// @param database an MSSQLServer as the API server stores it (after defaulting)
/// @source kubedb.md 1.1 (leaderElection: 300 ms when the block is left out, 100 ms for a block without period), 1.2,
///         6.5 (an arbiter for an even number of replicas)
Settings settings_of(const Json& database);

}  // namespace dba::sandbox::kubedb::coordinator
