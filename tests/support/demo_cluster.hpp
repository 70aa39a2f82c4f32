#pragma once
// A cluster with all that the database "sales" of namespace "demo" needs: namespace, catalog, StorageClass, issuer.

#include <string_view>

#include "dba/codec/json.hpp"

#include "support/fake_transport.hpp"

namespace dba::test {

/// Stubs that may stay unused; a test replaces the one it is about.
void stub_demo_cluster(FakeTransport& api);

/// The server knows the user as "jane", and takes Events; may stay unused.
void stub_user(FakeTransport& api);
/// The marks on "sales" and the Event that go with a change of it.
void stub_marks(FakeTransport& api);

/// An MSSQLServerVersion as the catalog has it; updates are allowed from it to anything newer below 2025-cu1.
Json catalog_version(std::string_view name, bool deprecated = false);
/// A StorageClass, the default one of the cluster or not.
Json storage_class(std::string_view name, bool is_default);
Json ready_issuer(std::string_view name);

/// An availability group "sales" of three replicas in "demo", as `generate` makes it, with spec.version 2025-cu0.
Json sales_database();
/// The same as the server has it: with uid, resourceVersion 41, generation and our ownership of the fields by apply.
Json live_sales_database();

/// What an apply of deletionPolicy Halt makes of it.
Json halted_sales_database();

/// The object of a YAML text.
Json parse_yaml(std::string_view text);

}  // namespace dba::test
