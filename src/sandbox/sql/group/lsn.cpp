#include "sql/group/lsn.hpp"

namespace dba::sandbox::sqlserver::group {

namespace {

constexpr std::uint64_t kFirstVlf = 42;
constexpr std::uint64_t kBlocksPerVlf = 16384;  ///< A virtual log file of 8 MiB.
constexpr std::uint64_t kFirstBlock = 16;       ///< Behind its header.
constexpr std::uint64_t kVlfUnit = 1'000'000'000'000'000;
constexpr std::uint64_t kBlockUnit = 100'000;

}  // namespace

std::uint64_t lsn_of(Position position, unsigned slot) {
  return (kFirstVlf + position / kBlocksPerVlf) * kVlfUnit + (kFirstBlock + position % kBlocksPerVlf) * kBlockUnit +
         slot;
}

}  // namespace dba::sandbox::sqlserver::group
