#pragma once
// The system procedures that drivers call to run statements with parameters.

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tds/requests.hpp"
#include "tds/response.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

class Procedures {
 public:
  explicit Procedures(Session& session) : session_(session) {}

  /// Carries one call out; whatever is wrong with it is told as SQL Server does.
  void run(const Call& call, Response& response, const std::stop_token& cancel);
  void forget_all() { prepared_.clear(); }

 private:
  struct Prepared {
    std::string statement{};
    std::vector<std::string> names{};  ///< Of its parameters.
  };

  void keep(const Prepared& prepared, const Call& call, Response& response);
  void run_prepared(const Call& call, Response& response, const std::stop_token& cancel);
  void unprepare(const Call& call, Response& response);
  void run_statement(const Prepared& prepared, const Call& call, std::size_t first, Response& response,
                     const std::stop_token& cancel);

  Session& session_;
  std::map<std::int64_t, Prepared> prepared_{};
  std::int64_t last_handle_ = 0;
};

/// The names in a list of parameters: "@P1 int,@P2 decimal(10,2) OUTPUT" → @P1, @P2.
std::vector<std::string> parameter_names(std::string_view definitions);

}  // namespace dba::sandbox::sqlserver::tds
