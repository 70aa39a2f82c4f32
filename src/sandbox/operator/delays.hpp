#pragma once
// How long the simulated KubeDB takes for what it does, in simulated time: divided by the world's speed. The documented
// sample takes 168 s from create to Provisioned; this is the same course in a few seconds, the starts of pods and the
// election of a leader aside, which belong to the kubelet and to the coordinator.
// @source kubedb.md 1.6: ReplicaReady +85 s, primary of the group +104 s, Ready +138 s, Provisioned +168 s

#include <chrono>

namespace dba::sandbox::kubedb::delays {

using std::chrono::milliseconds;

inline constexpr milliseconds kBetweenPods{100};       ///< The petset controller makes one pod after another.
inline constexpr milliseconds kGroupCreation{200};     ///< From the first primary to AGPrimaryReplicaReady.
inline constexpr milliseconds kFirstHealthCheck{300};  ///< From there to AcceptingConnection and Ready.
inline constexpr milliseconds kLastSteps{300};         ///< From Ready to Provisioned.
/// A second of healthChecker.periodSeconds: the default period of 10 s becomes one.
inline constexpr milliseconds kHealthCheckSecond{100};
inline constexpr milliseconds kRetry{200};           ///< After a failed call; doubled each time.
inline constexpr milliseconds kLongestRetry{10000};  ///< The most that comes out of doubling.
inline constexpr milliseconds kConflictRetry{30};    ///< After a conflict: the watch is about to bring the newer state.
inline constexpr milliseconds kDownPoll{200};        ///< How often an operator that is down looks whether it is up.

}  // namespace dba::sandbox::kubedb::delays
