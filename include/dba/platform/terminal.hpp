#pragma once
// What is at the other end of stdin, stdout and stderr, looked at once.

#include <cstddef>
#include <cstdint>

#include "dba/platform/environment.hpp"

namespace dba::platform {

struct Terminal {
  bool in_tty = false;
  bool out_tty = false;
  bool err_tty = false;
  bool colour_allowed = false;  ///< TERM is not "dumb" and NO_COLOR is not there, not even empty.
  std::size_t width = 0;        ///< Columns of stdout's terminal; 0 = not a terminal or unknown.
};

/// Looks at descriptors 0 to 2, and at TERM and NO_COLOR.
Terminal look_at_terminal(const Environment& environment);
std::uint64_t random_bits();  ///< From the operating system.

}  // namespace dba::platform
