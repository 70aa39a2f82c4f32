#pragma once
// Small seeded damage to valid inputs: what a parser must survive without anything worse than dba::Error.

#include <random>
#include <span>
#include <string>
#include <string_view>

namespace dba::test {

using Random = std::mt19937_64;  ///< Its numbers are the same everywhere, unlike those of the std distributions.

/// One of the inputs with up to four bytes inserted, removed, replaced or pieces doubled.
std::string mutate(std::span<const std::string_view> inputs, Random& random);

/// Calls `parse` with `count` mutations; fails the test when anything but dba::Error is thrown.
void check_survives(std::span<const std::string_view> inputs, int count, void (*parse)(const std::string&));

}  // namespace dba::test
