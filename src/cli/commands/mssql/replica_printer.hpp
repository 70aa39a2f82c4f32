#pragma once
// Prints replica reports in every form of -o: once, or row by row as they change.

#include <map>
#include <string>
#include <vector>

#include "dba/mssql/replicas.hpp"
#include "dba/output/format.hpp"
#include "dba/output/streams.hpp"
#include "dba/output/table.hpp"
#include "dba/platform/clock.hpp"

namespace dba::cli {

/// The forms of -o that `replicas` has.
std::vector<std::string> replica_forms();

class ReplicaPrinter {
 public:
  /// @param form what -o says @throws Error (usage)
  ReplicaPrinter(output::IoStreams& io, platform::Clock& clock, const std::string& form, bool watch);

  /// The whole report; what it comes to goes to stderr.
  void print(const mssql::ReplicaReport& report);
  /// The whole report the first time, then the rows that are new or different.
  void print_changes(const mssql::ReplicaReport& report);

 private:
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows_of(const mssql::ReplicaReport& report) const;
  Rows changed(Rows rows);
  void print_rows(Rows rows);
  void tell(const mssql::ReplicaReport& report);

  output::IoStreams& io_;
  platform::Clock& clock_;
  bool csv_;
  output::Format format_;
  output::Table table_;
  bool csv_headers_pending_ = true;
  std::map<std::string, std::vector<std::string>> shown_{};  ///< Rows as they were printed last, by their first cells.
  std::string document_{}, summary_{};                       ///< As they were printed last.
};

}  // namespace dba::cli
