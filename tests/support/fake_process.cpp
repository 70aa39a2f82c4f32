#include "support/fake_process.hpp"

#include <utility>

#include <doctest/doctest.h>

namespace dba::test {

namespace {

std::string argv_text(const std::vector<std::string>& argv) {
  std::string text = "[";
  for (const std::string& word : argv) text += (text.size() > 1 ? ", \"" : "\"") + word + "\"";
  return text + "]";
}

}  // namespace

FakeProcessRunner::~FakeProcessRunner() {
  for (const Expected& each : expected_) ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "never run: " << argv_text(each.argv));
}

void FakeProcessRunner::expect(std::vector<std::string> argv, platform::ProcessResult result) {
  const std::lock_guard lock(mutex_);
  expected_.push_back({std::move(argv), std::move(result)});
}

platform::ProcessResult FakeProcessRunner::run(const platform::ProcessRequest& request, const std::stop_token& stop) {
  Expected expected;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (!expected_.empty()) {
      expected = std::move(expected_.front());
      expected_.pop_front();
    }
  }
  CHECK_MESSAGE(request.argv == expected.argv,
                "ran " << argv_text(request.argv) << ", expected " << argv_text(expected.argv));
  if (during) during(request, stop);
  return expected.result;
}

std::vector<platform::ProcessRequest> FakeProcessRunner::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace dba::test
