#include <utility>

#include "dba/sql/connector.hpp"

namespace dba::sql {

namespace {

class FirstSet : public ResultReader {
 public:
  void columns(const std::vector<Column>& columns) override {
    if (++count_ == 1) set.columns = columns;
  }
  void row(const Row& row) override {
    if (count_ == 1) set.rows.push_back(row);
  }
  void done(std::optional<long long> /*affected*/) override {}
  void message(const Diagnostic& /*message*/) override {}

  bool any() const { return count_ > 0; }
  ResultSet set{};

 private:
  int count_ = 0;
};

}  // namespace

void hand_over(const SqlError& refusal, ResultReader& reader) {
  bool told = false;
  for (const Diagnostic& record : refusal.records()) {
    if (is_notice(record)) {
      reader.message(record);
    } else {
      reader.error(SqlError(Phase::execute, classify(Phase::execute, {record}, false), refusal.what(), {record}));
      told = true;
    }
  }
  if (!told) reader.error(refusal);
}

ResultSet Session::query(std::string_view batch, platform::SteadyTime deadline) {
  FirstSet reader;
  run(batch, reader, deadline);
  if (!reader.any()) throw SqlError(Phase::execute, Failure::statement, "the batch gave no result set");
  return std::move(reader.set);
}

}  // namespace dba::sql
