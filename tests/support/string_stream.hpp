#pragma once
// An output stream that keeps what is written.

#include <string>
#include <string_view>

#include "dba/output/streams.hpp"

namespace dba::test {

class StringStream : public output::OutStream {
 public:
  void write(std::string_view text) override { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_{};
};

}  // namespace dba::test
