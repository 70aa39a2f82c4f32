#pragma once
// Types and values as the wire has them. @source [MS-TDS] 2.2.5.4 to 2.2.5.6

#include <string>

#include "tds/bytes.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// TYPE_INFO. Types of a fixed size have a shorter form for columns that hold no NULL.
void append_type(std::string& out, const Type& type, bool nullable);

/// The value of a column of that type. @throws Error (unexpected) when it is no value of it, or too long for it.
void append_value(std::string& out, const Column& column, const Value& value);

/// Reads TYPE_INFO and the value behind it, as a parameter of a procedure has them.
/// @throws Error (unexpected) for types that no parameter of ours can have.
void read_typed_value(ByteReader& reader, Type& type, Value& value);

}  // namespace dba::sandbox::sqlserver::tds
