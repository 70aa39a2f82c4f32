#include <doctest/doctest.h>

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

namespace {

constexpr std::string_view kOrders = R"(
CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, customer nvarchar(20) NOT NULL, total decimal(10,2) NULL);
CREATE TABLE dbo.customers (name nvarchar(20) NOT NULL, city varchar(20));
INSERT INTO orders VALUES (1, N'Ann', 10.50), (2, N'bob', 20), (3, N'ANN', NULL), (4, N'Cem', 3.25);
INSERT INTO customers VALUES (N'Ann', 'Oslo'), (N'Bob', 'Bonn'), (N'Dora', NULL);)";

struct Orders : Bench {
  Orders() { run("SET NOCOUNT ON;" + std::string(kOrders) + "SET NOCOUNT OFF"); }
};

}  // namespace

TEST_CASE_FIXTURE(Orders, "rows come with their columns' names, types and nullability") {
  CHECK(run("SELECT id, customer AS who, total, twice = total * 2 FROM orders WHERE customer = 'ann ' ORDER BY id "
            "DESC") ==
        "[id int not null, who nvarchar(20) not null, total decimal(10,2), twice "
        "decimal(21,2)]\n3|ANN|NULL|NULL\n1|Ann|10.50|21.00\n(2)");
  CHECK(run("SELECT * FROM agdb1.dbo.customers c WHERE c.city IS NULL") ==
        "[name nvarchar(20) not null, city varchar(20)]\nDora|NULL\n(1)");
}

TEST_CASE_FIXTURE(Orders, "joins match without regard to case, and outer ones bring NULLs") {
  CHECK(run("SELECT o.id, c.city FROM orders o LEFT JOIN customers c ON c.name = o.customer ORDER BY o.id") ==
        "[id int not null, city varchar(20)]\n1|Oslo\n2|Bonn\n3|Oslo\n4|NULL\n(4)");
  CHECK(run("SELECT COUNT(*) FROM orders CROSS JOIN customers") == "[- int not null]\n12\n(1)");
  CHECK(run("SELECT c.name, o.id FROM orders o RIGHT JOIN customers c ON c.name = o.customer WHERE o.id IS NULL") ==
        "[name nvarchar(20) not null, id int]\nDora|NULL\n(1)");
}

TEST_CASE_FIXTURE(Orders, "groups, having and exact sums") {
  CHECK(run("SELECT customer, COUNT(*) AS n, SUM(total) AS sum, AVG(total) AS avg FROM orders GROUP BY customer HAVING "
            "COUNT(*) > 1") ==
        "[customer nvarchar(20) not null, n int not null, sum decimal(38,2), avg "
        "decimal(38,6)]\nAnn|2|10.50|10.500000\n(1)");
  CHECK(run("SELECT SUM(total), MAX(total), MIN(customer), COUNT_BIG(DISTINCT customer), AVG(id) FROM orders") ==
        "[- decimal(38,2), - decimal(10,2), - nvarchar(20), - bigint not null, - int]\n33.75|20.00|Ann|3|2\n(1)");
  CHECK(run("SELECT SUM(DISTINCT v.a), AVG(DISTINCT v.a) FROM (VALUES (1), (1), (3)) AS v(a)") ==
        "[- int, - int]\n4|2\n(1)");
  CHECK(run("SELECT STRING_AGG(customer, ', ') WITHIN GROUP (ORDER BY id DESC) AS all_of_them FROM orders") ==
        "[all_of_them nvarchar(4000)]\nCem, ANN, bob, Ann\n(1)");
  CHECK(run("SELECT customer, id FROM orders GROUP BY customer") ==
        "Msg 8120, Level 16, State 1, Line 1: Column 'orders.id' is invalid in the select list because it is not "
        "contained in either an aggregate function or the GROUP BY clause.\nfailed");
}

TEST_CASE_FIXTURE(Orders, "subqueries, CTEs, unions and pages") {
  CHECK(run("SELECT id FROM orders WHERE customer IN (SELECT name FROM customers) AND EXISTS (SELECT 1 FROM customers "
            "WHERE city = 'Bonn') ORDER BY 1") == "[id int not null]\n1\n2\n3\n(3)");
  CHECK(run("SELECT o.id, (SELECT city FROM customers WHERE name = o.customer) AS city FROM orders o WHERE id < 3 "
            "ORDER BY id") == "[id int not null, city varchar(20)]\n1|Oslo\n2|Bonn\n(2)");
  CHECK(run("WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT i FROM n ORDER BY i DESC") ==
        "[i int]\n4\n3\n2\n1\n(4)");
  CHECK(run("SELECT 'a' AS x UNION SELECT 'A' UNION ALL SELECT 2.5 ORDER BY x") ==
        "Msg 8114, Level 16, State 5, Line 1: Error converting data type varchar to numeric.\nfailed");
  CHECK(run("SELECT 'a' AS x UNION SELECT 'A ' UNION SELECT 'b' ORDER BY x DESC") ==
        "[x varchar(2) not null]\nb\nA \n(2)");
  CHECK(run("SELECT TOP (2) id FROM orders ORDER BY id DESC") == "[id int not null]\n4\n3\n(2)");
  CHECK(run("SELECT id FROM orders ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY") ==
        "[id int not null]\n2\n3\n(2)");
  CHECK(run("SELECT DISTINCT customer FROM orders ORDER BY customer") ==
        "[customer nvarchar(20) not null]\nAnn\nbob\nCem\n(3)");
  CHECK(run("SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, NULL)) AS v(a, b) ORDER BY v.total") ==
        "Msg 207, Level 16, State 1, Line 1: Invalid column name 'total'.\nfailed");
  CHECK(run("SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, NULL)) AS v(a, b)") ==
        "[a int not null, b varchar(1)]\n1|x\n2|NULL\n(2)");
  CHECK(run("SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id DESC) AS n, SUM(id) OVER (ORDER BY id) AS "
            "s FROM orders ORDER BY id") ==
        "[id int not null, n bigint not null, s int]\n1|2|1\n2|1|3\n3|1|6\n4|1|10\n(4)");
  CHECK(run("SELECT value FROM STRING_SPLIT('a,b,,c', ',')") == "[value varchar(6)]\na\nb\n\nc\n(4)");
  CHECK(run("SELECT SUM(value) AS s FROM GENERATE_SERIES(1, 100)") == "[s int]\n5050\n(1)");
}

TEST_CASE_FIXTURE(Orders, "names that are not there are told apart") {
  CHECK(run("SELECT 1 FROM nosuch") == "Msg 208, Level 16, State 1, Line 1: Invalid object name 'nosuch'.\nfailed");
  CHECK(run("SELECT nope FROM orders") == "Msg 207, Level 16, State 1, Line 1: Invalid column name 'nope'.\nfailed");
  CHECK(run("SELECT\n name\nFROM customers a, customers b") ==
        "Msg 209, Level 16, State 1, Line 2: Ambiguous column name 'name'.\nfailed");
  CHECK(run("USE nosuch") ==
        "Msg 911, Level 16, State 1, Line 1: Database 'nosuch' does not exist. Make sure that the name is entered "
        "correctly.\nfailed");
  CHECK(run("SELECT 1 FROM sys.nosuch") ==
        "Msg 208, Level 16, State 1, Line 1: Invalid object name 'sys.nosuch'. (The sandbox has some of the "
        "system views: sys.all_objects lists them.)\nfailed");
}

TEST_CASE_FIXTURE(Orders, "hints and options are taken, and what is not there says so") {
  CHECK(run("SELECT COUNT(*) FROM orders WITH (NOLOCK, INDEX(1)) OPTION (RECOMPILE)") == "[- int not null]\n4\n(1)");
  CHECK(run("SELECT COUNT(*) FROM orders (NOLOCK) o") == "[- int not null]\n4\n(1)");
  CHECK(run("MERGE orders USING customers ON 1 = 1 WHEN MATCHED THEN DELETE;") ==
        "Msg 40510, Level 15, State 1, Line 1: 'MERGE' is not simulated: this SQL Server of the sandbox has only a "
        "part of T-SQL.\nfailed");
}

TEST_CASE_FIXTURE(Orders, "catalog views show what there is") {
  CHECK(run("SELECT t.name, c.name, c.column_id, c.is_nullable FROM sys.tables t JOIN sys.columns c ON c.object_id = "
            "t.object_id WHERE t.object_id = OBJECT_ID('dbo.customers') ORDER BY 3") ==
        "[name nvarchar(128) not null, name nvarchar(128), column_id int not null, is_nullable "
        "bit]\ncustomers|name|1|0\ncustomers|city|2|1\n(2)");
  CHECK(run("SELECT OBJECT_ID(N'nosuch', N'U'), OBJECT_NAME(OBJECT_ID('orders'))") ==
        "[- int, - nvarchar(128)]\nNULL|orders\n(1)");
}
