#pragma once
// Contexts that sessions with the same options share: reading keys and authorities costs more than a handshake.

#include <functional>
#include <initializer_list>
#include <string_view>

#include "memory_session.hpp"

namespace dba::tls {

/// The context made from these texts before, or what `make` makes. Thread-safe; what comes out may not be changed.
/// @param made_from everything that `make` depends on, its kind included; kept as a digest alone
ContextHandle shared_context(std::initializer_list<std::string_view> made_from,
                             const std::function<ContextHandle()>& make);

}  // namespace dba::tls
