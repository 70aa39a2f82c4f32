#pragma once
// The types that functions, variables and system views have most.

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver {

inline constexpr Type kBit{.id = TypeId::bit};
inline constexpr Type kTinyInt{.id = TypeId::tiny_int};
inline constexpr Type kSmallInt{.id = TypeId::small_int};
inline constexpr Type kInt{.id = TypeId::integer};
inline constexpr Type kBigInt{.id = TypeId::big_int};
inline constexpr Type kFloat{.id = TypeId::floating};
inline constexpr Type kGuid{.id = TypeId::unique_identifier};
inline constexpr Type kDate{.id = TypeId::date};
inline constexpr Type kDatetime{.id = TypeId::datetime};
inline constexpr Type kSysname{.id = TypeId::nvarchar, .length = 128};
inline constexpr Type kDesc{.id = TypeId::nvarchar, .length = 60};  ///< The words of a code in a system view.
inline constexpr Type kNvarchar{.id = TypeId::nvarchar, .length = 4000};
inline constexpr Type kNvarcharMax{.id = TypeId::nvarchar, .length = -1};

}  // namespace dba::sandbox::sqlserver
