#pragma once
// How long things take that leaderElection does not govern. Chosen so that the documented times come out.
// @source kubedb.md 6.1: a failover takes 2 to 10 s in general, a graceful one is "almost immediate"; deleted pods are
//         back in 10 to 30 s

#include <chrono>

namespace dba::sandbox::kubedb::coordinator {

struct Lag {
  std::chrono::nanoseconds least{}, most{};
};

inline constexpr Lag kVoteTrip{std::chrono::milliseconds(2), std::chrono::milliseconds(10)};
inline constexpr Lag kHandOver{std::chrono::milliseconds(10), std::chrono::milliseconds(60)};
inline constexpr Lag kExit{std::chrono::milliseconds(10), std::chrono::milliseconds(50)};
inline constexpr Lag kSqlStop{std::chrono::milliseconds(300), std::chrono::milliseconds(800)};
inline constexpr Lag kPromotion{std::chrono::milliseconds(400), std::chrono::milliseconds(1500)};
inline constexpr Lag kLabel{std::chrono::milliseconds(50), std::chrono::milliseconds(400)};
inline constexpr Lag kSqlStart{std::chrono::seconds(4), std::chrono::seconds(8)};
inline constexpr Lag kJoin{std::chrono::seconds(1), std::chrono::seconds(3)};
inline constexpr Lag kProbe{std::chrono::seconds(1), std::chrono::seconds(2)};

}  // namespace dba::sandbox::kubedb::coordinator
