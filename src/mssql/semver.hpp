#pragma once
// Versions and constraints the way the webhook's Go library reads them, traps included: a catalog name such as
// "2022-cu12" is 2022.0.0 with pre-release "cu12", and pre-releases compare bytewise.
// @source Masterminds/semver v3.3 version.go, constraints.go

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::mssql {

struct LooseVersion {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease{};
};

/// "v"? major[.minor[.patch]][-prerelease][+build]; absent when `text` is not one.
std::optional<LooseVersion> parse_loose_version(std::string_view text);
/// -1, 0, 1. A release comes after its pre-releases; numeric identifiers before others.
int compare(const LooseVersion& a, const LooseVersion& b);

}  // namespace dba::mssql
