// Results as tables, as CSV and as TSV.

#include <algorithm>
#include <utility>

#include "dba/base/text.hpp"

#include "delimited.hpp"
#include "result_writer.hpp"

namespace dba::cli {

namespace {

/// Rows that decide how wide the columns are; later ones that are wider push what is right of them.
constexpr std::size_t kSample = 200;
/// The most that one long value widens a column for all others.
constexpr std::size_t kWidest = 60;
constexpr const char* kNull = "<NULL>";
constexpr std::size_t kColumnGap = 3;

class TableWriter : public ResultWriter {
 public:
  explicit TableWriter(output::IoStreams& io) : out_(io.out) {}

  void begin_set(const ResultOrigin& origin, const std::vector<sql::Column>& columns) override {
    if (std::exchange(any_, true)) out_.write("\n");
    replica_ = origin.named ? origin.replica : "";
    std::vector<std::string> headers;
    if (!replica_.empty()) headers.emplace_back("REPLICA");
    for (const sql::Column& column : columns) {
      headers.push_back(column.name.empty() ? "-" : neutralise_controls(column.name));
    }
    widths_.assign(headers.size(), 0);
    sample_.clear();
    sampling_ = true;
    sample_.push_back(std::move(headers));
  }

  void row(const sql::Row& row) override {
    std::vector<std::string> cells;
    if (!replica_.empty()) cells.push_back(replica_);
    for (const sql::Cell& cell : row) cells.push_back(cell ? neutralise_controls(*cell) : kNull);
    if (!sampling_) {
      print(cells);
      return;
    }
    sample_.push_back(std::move(cells));
    if (sample_.size() > kSample) print_sample();
  }

  void end_set(std::optional<long long> /*affected*/) override {
    print_sample();
    out_.flush();
  }

 private:
  void print_sample() {
    sampling_ = false;
    for (const auto& cells : sample_) {
      for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
        widths_[i] = std::max(widths_[i], std::min(display_width(cells[i]), kWidest));
      }
    }
    for (const auto& cells : sample_) print(cells);
    sample_.clear();
  }

  void print(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += cells[i];
      if (i + 1 == cells.size()) break;
      const std::size_t width = display_width(cells[i]);
      line.append(kColumnGap + (width < widths_[i] ? widths_[i] - width : 0), ' ');
    }
    out_.write(line += '\n');
  }

  BufferedOut out_;
  bool any_ = false, sampling_ = false;
  std::string replica_{};
  std::vector<std::size_t> widths_{};
  std::vector<std::vector<std::string>> sample_{};
};

class DelimitedWriter : public ResultWriter {
 public:
  DelimitedWriter(output::IoStreams& io, Delimited form)
      : out_(io.out), form_(form), neutralise_(io.terminal.out_tty) {}

  void begin_set(const ResultOrigin& origin, const std::vector<sql::Column>& columns) override {
    replica_ = origin.named ? origin.replica : "";
    std::vector<std::string> headers;
    for (const sql::Column& column : columns) headers.push_back(column.name);
    // Several replicas that answer alike are one table.
    if (replica_.empty() || headers != headers_) {
      if (std::exchange(any_, true)) out_.write("\n");
      sql::Row cells(headers.begin(), headers.end());
      if (!replica_.empty()) cells.insert(cells.begin(), "replica");
      write(std::move(cells));
    }
    headers_ = std::move(headers);
  }

  void row(const sql::Row& row) override {
    sql::Row cells = row;
    if (!replica_.empty()) cells.insert(cells.begin(), replica_);
    write(std::move(cells));
  }

  void end_set(std::optional<long long> /*affected*/) override { out_.flush(); }

 private:
  /// A terminal gets no control characters; a file gets what the server has.
  void write(sql::Row cells) {
    for (sql::Cell& cell : cells) {
      if (cell && neutralise_) cell = neutralise_controls(*cell, true);
    }
    out_.write(delimited_line(cells, form_));
  }

  BufferedOut out_;
  Delimited form_;
  bool neutralise_;
  bool any_ = false;
  std::string replica_{};
  std::vector<std::string> headers_{};
};

}  // namespace

std::unique_ptr<ResultWriter> table_writer(output::IoStreams& io) { return std::make_unique<TableWriter>(io); }

std::unique_ptr<ResultWriter> delimited_writer(output::IoStreams& io, ResultForm form) {
  return std::make_unique<DelimitedWriter>(io, form == ResultForm::csv ? Delimited::csv : Delimited::tsv);
}

}  // namespace dba::cli
