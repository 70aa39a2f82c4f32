#pragma once
// Questions to the user, asked on stderr and only when stdin and stderr are terminals.

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "dba/output/streams.hpp"

namespace dba::output {

class Prompter {
 public:
  virtual ~Prompter() = default;
  virtual bool can_ask() const = 0;  ///< There is somebody at a terminal.
  /// One line of answer, without its line break; empty at end of input. Control characters in the question are
  /// neutralised, since it may hold names from the cluster.
  /// @throws Error (interrupted) when the user ends the command instead of answering.
  virtual std::string ask(std::string_view question) = 0;
};

/// Asks on `io.err`, reads from descriptor 0 and gives up as soon as `stop` is requested.
class TerminalPrompter : public Prompter {
 public:
  TerminalPrompter(IoStreams& io, std::stop_token stop) : io_(io), stop_(std::move(stop)) {}
  bool can_ask() const override;
  std::string ask(std::string_view question) override;

 private:
  IoStreams& io_;
  std::stop_token stop_;
};

}  // namespace dba::output
