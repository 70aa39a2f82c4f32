#pragma once
// Version constraints of the catalog (">= 2022-cu12, < 2025-cu1"), as far as KubeDB's catalog uses them.
// @source kubedb.md 2.4: Masterminds semver v3, loose parsing; a prerelease is admitted only by a constraint with one.

#include <string_view>

namespace dba::sandbox::kubedb {

/// Comma means and, "||" means or. An unreadable version or constraint admits nothing.
bool version_satisfies(std::string_view version, std::string_view constraint);

}  // namespace dba::sandbox::kubedb
