#include "sql/group/log.hpp"

#include <algorithm>

namespace dba::sandbox::sqlserver::group {

std::size_t Log::index_from(Position position) const {
  const auto found = std::ranges::lower_bound(entries_, position, {}, [](const Entry& e) { return e.record->begin; });
  return static_cast<std::size_t>(found - entries_.begin());
}

const Entry* Log::find_from(Position position) const {
  const std::size_t index = index_from(position);
  return index == entries_.size() ? nullptr : &entries_[index];
}

std::vector<Entry> Log::cut(Position end) {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(index_from(end));
  std::vector<Entry> taken(first, entries_.end());
  entries_.erase(first, entries_.end());
  return taken;
}

void Log::forget_before(Position position) {
  while (!entries_.empty() && entries_.front().record->end <= position) entries_.pop_front();
}

bool Log::holds(const Record& record) const {
  const Entry* const entry = find_from(record.begin);
  return entry != nullptr && entry->record.get() == &record;
}

Position common_end(const Log& log, Position end, const Log& other, Position other_end) {
  for (auto entry = log.entries().rbegin(); entry != log.entries().rend(); ++entry) {
    const Record& record = *entry->record;
    if (record.end > end) continue;
    if (other.holds(record)) return record.end;
    const bool forgotten_there =
        other.entries().empty() ? record.end <= other_end : record.end <= other.entries().front().record->begin;
    if (forgotten_there) return record.end;
    end = record.begin;
  }
  return std::min(end, other_end);
}

}  // namespace dba::sandbox::sqlserver::group
