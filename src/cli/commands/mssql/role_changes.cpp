#include "role_changes.hpp"

#include <algorithm>
#include <string>

namespace dba::cli {

using mssql::ReplicaRole;

namespace {

const ReplicaRole* find_row(const std::vector<ReplicaRole>& rows, const std::string& uid) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ReplicaRole& row) { return row.uid == uid; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::vector<ReplicaRole> changed_rows(const std::vector<ReplicaRole>& before, const std::vector<ReplicaRole>& now,
                                      const std::vector<ReplicaRole>& everywhere) {
  std::vector<ReplicaRole> rows;
  for (const ReplicaRole& row : now) {
    const ReplicaRole* earlier = find_row(before, row.uid);
    if (earlier == nullptr || *earlier != row) rows.push_back(row);
  }
  for (const ReplicaRole& row : before) {
    if (find_row(now, row.uid) != nullptr) continue;
    const ReplicaRole* elsewhere = find_row(everywhere, row.uid);
    rows.push_back(elsewhere != nullptr ? *elsewhere : row);
    if (elsewhere == nullptr) rows.back().remarks.emplace_back("gone");
  }
  return rows;
}

std::vector<ReplicaRole> new_rows(const std::vector<ReplicaRole>& before, const std::vector<ReplicaRole>& now) {
  std::vector<ReplicaRole> rows = now;
  std::erase_if(rows, [&](const ReplicaRole& row) { return find_row(before, row.uid) != nullptr; });
  return rows;
}

}  // namespace dba::cli
