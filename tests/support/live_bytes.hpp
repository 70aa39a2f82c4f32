#pragma once
// How much of the heap is in use, whichever allocator serves it.

#include <cstddef>

#include <malloc.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Both runtimes have it; g++ installs no header that says so.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace dba::test {

inline std::size_t live_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return ::mallinfo2().uordblks;
#endif
}

}  // namespace dba::test
