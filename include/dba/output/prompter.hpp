#pragma once
// Questions to the user, asked on stderr and only when stdin and stderr are terminals.

#include <string>
#include <string_view>

#include "dba/output/streams.hpp"

namespace dba::output {

class Prompter {
 public:
  virtual ~Prompter() = default;
  virtual bool can_ask() const = 0;
  /// One line of answer, without its line break; empty at end of input.
  virtual std::string ask(std::string_view question) = 0;
};

/// Asks on `io.err`, reads from descriptor 0.
class TerminalPrompter : public Prompter {
 public:
  explicit TerminalPrompter(IoStreams& io) : io_(io) {}
  bool can_ask() const override;
  std::string ask(std::string_view question) override;

 private:
  IoStreams& io_;
};

}  // namespace dba::output
