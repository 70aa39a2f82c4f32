#pragma once
// Seeded randomness. Every purpose draws from a stream of its own, named by what it is for ("election demo/sales 2"),
// so that one more draw somewhere does not change what happens elsewhere, and threads do not share a sequence.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dba::sandbox::world {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream);
  std::uint64_t next();                      ///< 64 even bits.
  std::uint64_t below(std::uint64_t limit);  ///< [0, limit); limit > 0.
  double fraction();                         ///< [0, 1)
  bool chance(double probability);           ///< True with that probability.
  std::chrono::nanoseconds between(std::chrono::nanoseconds least, std::chrono::nanoseconds most);  ///< [least, most]
  /// `count` letters of `alphabet`: suffixes, passwords, ids.
  std::string text(std::size_t count, std::string_view alphabet);

 private:
  std::uint64_t state_;
};

}  // namespace dba::sandbox::world
