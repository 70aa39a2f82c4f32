#pragma once
// Reads how far the replicas of a database have come, once or again and again over the same sessions.

#include <memory>
#include <string>
#include <string_view>

#include "dba/kube/client.hpp"
#include "dba/mssql/replicas.hpp"
#include "dba/mssql/roles_service.hpp"

namespace dba::mssql {

class ReplicaReader {
 public:
  /// @param sql `open` is called once, with the object as it is then
  ReplicaReader(kube::Client& client, std::string_view ns, std::string_view name, SqlQuestion sql);
  ~ReplicaReader();
  ReplicaReader(const ReplicaReader&) = delete;
  ReplicaReader& operator=(const ReplicaReader&) = delete;

  /// A replica that gives no answer is a row that says why.
  /// @throws Error (denied) when the database does not exist, or it, its pods or its credentials may not be read;
  ///         (interrupted)
  ReplicaReport read();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// What the failures of all replicas come to when none has answered; ok when one has, or there is none to ask.
ExitCode code_of_silence(const ReplicaReport& report);

}  // namespace dba::mssql
