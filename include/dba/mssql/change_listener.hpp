#pragma once
// How a service that changes things tells what happens while it happens: when it fails half-way, what was done and
// warned about before has been said already.

#include <functional>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"

namespace dba::mssql {

struct ChangeListener {
  std::function<void(std::string_view text)> note{};  ///< What was decided for the user.
  std::function<void(std::string_view text)> warn{};  ///< What should not be overlooked.
  /// An object was written (or would be, with a dry run), or needed no change.
  std::function<void(const Json& object, kube::Change change)> written{};
};

}  // namespace dba::mssql
