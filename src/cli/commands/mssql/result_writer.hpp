#pragma once
// One form of a result, written piece by piece.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "result_printer.hpp"

namespace dba::cli {

class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual void begin_set(const ResultOrigin& origin, const std::vector<sql::Column>& columns) = 0;
  virtual void row(const sql::Row& row) = 0;
  virtual void end_set(std::optional<long long> affected) = 0;
  /// A statement without a result set.
  virtual void count(const ResultOrigin& /*origin*/, long long /*affected*/) {}
  virtual void error(const ResultError& /*error*/) {}
  virtual void finish() {}
};

/// Text on its way to stdout in pieces of some size: a row each would be a system call each.
class BufferedOut {
 public:
  explicit BufferedOut(output::OutStream& out) : out_(out) {}
  void write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kPiece) flush();
  }
  void flush() {
    if (!buffer_.empty()) out_.write(buffer_);
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 32768;
  output::OutStream& out_;
  std::string buffer_{};
};

/// Names for the columns that are all different and not empty: "column1", "id", "id (2)".
std::vector<std::string> distinct_names(const std::vector<sql::Column>& columns);

std::unique_ptr<ResultWriter> table_writer(output::IoStreams& io);
std::unique_ptr<ResultWriter> delimited_writer(output::IoStreams& io, ResultForm form);
std::unique_ptr<ResultWriter> json_writer(output::IoStreams& io, ResultForm form, std::string_view ns,
                                          std::string_view database);

}  // namespace dba::cli
