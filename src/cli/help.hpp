#pragma once
// Help as text is a walker over the spec tree (spec.hpp); this is what printing it needs besides.

#include <cstddef>

#include "dba/output/streams.hpp"

namespace dba::cli {

/// Columns that help is wrapped at: those of the terminal, else 80.
std::size_t help_width(const output::IoStreams& io);

}  // namespace dba::cli
