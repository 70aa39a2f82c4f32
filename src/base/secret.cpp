#include "dba/base/secret.hpp"

#include <cstring>
#include <utility>

namespace dba {

namespace {

/// Writes zeros that the optimiser may not drop, over the whole buffer: clear(), swap and moves leave old bytes in it.
void wipe_text(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace

Secret::Secret(std::string value) : value_(value) { wipe_text(value); }

Secret::Secret(Secret&& other) noexcept {
  value_.swap(other.value_);
  other.wipe();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) *this = Secret(other);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  value_.swap(other.value_);
  other.wipe();
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept { wipe_text(value_); }

}  // namespace dba
