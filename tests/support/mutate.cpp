#include "support/mutate.hpp"

#include <cstddef>
#include <exception>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

namespace dba::test {

namespace {

std::size_t below(std::size_t limit, Random& random) { return limit == 0 ? 0 : random() % limit; }

void damage(std::string& text, std::span<const std::string_view> inputs, Random& random) {
  using namespace std::string_view_literals;
  constexpr std::string_view kTelling = "{}[]()<>:,.'\"\\/|&*!%@#?-+=~ \t\n\r0129eEinKMx_$\0\x04\x1b\x7f\x80\xc3\xff"sv;
  const std::size_t at = below(text.size() + 1, random);
  switch (random() % 5) {
    case 0:
      text.insert(at, 1, kTelling[below(kTelling.size(), random)]);
      break;
    case 1:
      text.insert(at, 1, static_cast<char>(random() & 0xFF));
      break;
    case 2:
      text.erase(at, 1 + below(3, random));
      break;
    case 3:
      text.insert(at, text.substr(below(text.size() + 1, random), below(12, random)));
      break;
    default:
      text.insert(at, inputs[below(inputs.size(), random)]);
      break;
  }
}

}  // namespace

std::string mutate(std::span<const std::string_view> inputs, Random& random) {
  std::string text(inputs[below(inputs.size(), random)]);
  for (std::size_t left = 1 + below(4, random); left > 0; --left) damage(text, inputs, random);
  return text;
}

void check_survives(std::span<const std::string_view> inputs, int count, void (*parse)(const std::string&)) {
  Random random(20240229);
  for (int i = 0; i < count; ++i) {
    const std::string text = mutate(inputs, random);
    try {
      parse(text);
    } catch (const Error& error) {
      if (error.info().message.empty()) FAIL_CHECK("an error without a message for: ", text);
    } catch (const std::exception& other) {
      FAIL_CHECK("run ", i, ": ", other.what(), " for: ", text);
    }
  }
}

}  // namespace dba::test
