#include "cells.hpp"

#include <chrono>

#include "dba/base/duration.hpp"

namespace dba::mssql {

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

std::string age_cell(const std::optional<WallTime>& since, WallTime now) {
  if (!since) return "<unknown>";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *since).count());
}

}  // namespace dba::mssql
