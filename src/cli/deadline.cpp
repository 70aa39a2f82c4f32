#include "deadline.hpp"

namespace dba::cli {

Deadline::Deadline(platform::Clock& clock, std::chrono::nanoseconds after, const std::stop_token& outer)
    : on_outer_(outer, Stop{source_}),
      timer_([&clock, after, source = source_](const std::stop_token& given_up) mutable {
        const auto until = clock.steady_now() + std::chrono::duration_cast<platform::SteadyTime::duration>(after);
        clock.sleep_until(until, given_up);
        source.request_stop();
      }) {}

}  // namespace dba::cli
