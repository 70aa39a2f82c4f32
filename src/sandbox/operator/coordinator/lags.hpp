#pragma once
// How long things take that leaderElection does not govern. Chosen so that the documented times of a failover come out;
// whatever is only waited for, as a start of SQL Server, is shorter than in a real cluster.
// @source kubedb.md 6.1: a failover takes 2 to 10 s in general, a graceful one is "almost immediate"

#include <chrono>
#include <string_view>

namespace dba::sandbox::kubedb::coordinator {

/// Why a SQL Server has ended that nobody ended: its connections stay open on the other side.
inline constexpr std::string_view kPodGone = "pod gone";

struct Lag {
  std::chrono::nanoseconds least{}, most{};
};

inline constexpr Lag kVoteTrip{std::chrono::milliseconds(2), std::chrono::milliseconds(10)};
inline constexpr Lag kHandOver{std::chrono::milliseconds(10), std::chrono::milliseconds(60)};
inline constexpr Lag kExit{std::chrono::milliseconds(10), std::chrono::milliseconds(50)};
inline constexpr Lag kSqlStop{std::chrono::milliseconds(300), std::chrono::milliseconds(800)};
inline constexpr Lag kPromotion{std::chrono::milliseconds(300), std::chrono::milliseconds(900)};
inline constexpr Lag kLabel{std::chrono::milliseconds(50), std::chrono::milliseconds(300)};
inline constexpr Lag kSqlStart{std::chrono::milliseconds(1500), std::chrono::milliseconds(3000)};
inline constexpr Lag kJoin{std::chrono::milliseconds(400), std::chrono::milliseconds(1200)};
/// Shorter than any start: a SQL Server that died has lost the lead before it can answer again.
inline constexpr Lag kProbe{std::chrono::milliseconds(1000), std::chrono::milliseconds(1400)};
static_assert(kProbe.most < kSqlStart.least);

}  // namespace dba::sandbox::kubedb::coordinator
