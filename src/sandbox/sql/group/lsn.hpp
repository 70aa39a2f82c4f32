#pragma once
// Log sequence numbers in SQL Server's shape.

#include <cstdint>

namespace dba::sandbox::sqlserver::group {

/// How far a log reaches: blocks of 512 bytes since its database was made.
using Position = std::uint64_t;

/// VLF × 10^15 + block × 10^5 + slot, as the views show it. Grows with the position.
/// @param slot 1 for the start of a log block, which most columns show; a record's own number for the others
/// @source mssql.md 1.5 (42000000155200001 is VLF 42, block 1552, slot 1)
std::uint64_t lsn_of(Position position, unsigned slot = 1);

}  // namespace dba::sandbox::sqlserver::group
