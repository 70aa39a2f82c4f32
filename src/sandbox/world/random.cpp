#include "world/random.hpp"

namespace dba::sandbox::world {

namespace {

/// FNV-1a, 64 bits: small, and the same on every machine. @source the published FNV constants.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return hash;
}

/// The finaliser of SplitMix64. @source Vigna's public-domain splitmix64.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

}  // namespace

Random::Random(std::uint64_t seed, std::string_view stream)
    : state_(stream.empty() ? seed : mix(seed + kStep) ^ hash_of(stream)) {}

std::uint64_t Random::next() {
  state_ += kStep;
  return mix(state_);
}

std::uint64_t Random::below(std::uint64_t limit) {
  // What lies beyond the last whole multiple of `limit` is drawn again, so that every result is equally likely.
  const std::uint64_t surplus = (0 - limit) % limit;
  std::uint64_t drawn = next();
  while (drawn < surplus) drawn = next();
  return drawn % limit;
}

double Random::fraction() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

bool Random::chance(double probability) { return fraction() < probability; }

std::chrono::nanoseconds Random::between(std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
  if (most <= least) return least;
  const auto span = static_cast<std::uint64_t>((most - least).count());
  return least + std::chrono::nanoseconds(static_cast<std::int64_t>(below(span + 1)));
}

std::string Random::text(std::size_t count, std::string_view alphabet) {
  std::string drawn;
  drawn.reserve(count);
  for (std::size_t i = 0; i < count; ++i) drawn.push_back(alphabet[below(alphabet.size())]);
  return drawn;
}

}  // namespace dba::sandbox::world
