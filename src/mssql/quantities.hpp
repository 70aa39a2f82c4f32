#pragma once
// Sizes and amounts: as typed by the user, and as objects hold them.

#include <optional>
#include <string>
#include <string_view>

#include "dba/base/quantity.hpp"
#include "dba/mssql/database_spec.hpp"

namespace dba::mssql {

/// The size as it is written into an object: as typed when it is whole bytes, else rounded up, and told.
/// @throws Error (usage) naming `flag`; also below 1Mi and from 8Ei on, where the unit cannot be what was meant.
std::string byte_quantity(std::string_view flag, std::string_view text, Notices& notices);

/// A quantity as an object holds it, a text or a whole number; absent for nullptr and for what is no quantity.
std::optional<Quantity> quantity_from(const Json* value);

}  // namespace dba::mssql
