#include <doctest/doctest.h>

#include "unit/sandbox/tsql/fake_host.hpp"

using namespace dba::test;

namespace {

struct Row {
  std::string expression, answer;
};

void check(Bench& bench, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.expression);
    CHECK(bench.value(row.expression) == row.answer);
  }
}

}  // namespace

TEST_CASE("expressions have the types and values SQL Server gives them") {
  Bench bench;
  check(bench,
        {
            {"1", "int 1"},
            {"7 / 2", "int 3"},
            {"-7 % 3", "int -1"},
            {"7 / 2.0", "decimal(17,6) 3.500000"},
            {"1.10 + 2.205", "decimal(5,3) 3.305"},
            {"1.5 * 1.5", "decimal(5,2) 2.25"},
            {"CAST(10 AS decimal(10,2)) / 3", "decimal(21,13) 3.3333333333333"},
            {"0.1 + 0.2", "decimal(2,1) 0.3"},
            {"1e3 + 1", "float 1001"},
            {"2147483648", "decimal(10,0) 2147483648"},
            {"CAST(2147483647 AS bigint) + 1", "bigint 2147483648"},
            {"'a' + 'bc'", "varchar(3) abc"},
            {"'a' + N'bc'", "nvarchar(3) abc"},
            {"'2' + 3", "int 5"},
            {"N'Grüße'", "nvarchar(5) Grüße"},
            {"0x0aFF", "varbinary(2) 0x0AFF"},
            {"NULL", "int NULL"},
            {"5 & 3", "int 1"},
            {"~5", "int -6"},
            {"-(2 - 5)", "int 3"},
            {"CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END", "decimal(11,1) 1.0"},
            {"CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "varchar(3) two"},
            {"IIF(1 > 2, 'yes', 'no')", "varchar(3) no"},
            {"COALESCE(NULL, 3, 4)", "int 3"},
            {"ISNULL(CAST(NULL AS nvarchar(3)), N'abcdef')", "nvarchar(3) abc"},
            {"NULLIF('a', 'A ')", "varchar(1) NULL"},
            {"CASE WHEN LOWER('ABC') = 'ABC ' AND CAST(N'x' AS varchar(5)) IN ('X') THEN 1 END", "int 1"},
            {"CASE WHEN CAST(1.50 AS decimal(5,2)) = 1.5 AND CAST(10 AS decimal(5,2)) > 9.5 THEN 1 END", "int 1"},
            {"CHOOSE(2, 'a', 'b')", "varchar(1) b"},
            {"(SELECT 5)", "int 5"},
        });
}

TEST_CASE("conversions follow CAST and CONVERT with their styles") {
  Bench bench;
  check(
      bench,
      {
          {"CAST('  42 ' AS int)", "int 42"},
          {"CAST(3.99 AS int)", "int 3"},
          {"CAST(2.345 AS decimal(5,2))", "decimal(5,2) 2.35"},
          {"CAST(1 AS bit)", "bit 1"},
          {"CAST('true' AS bit)", "bit 1"},
          {"CAST('abc' AS char(5))", "char(5) abc  "},
          {"CAST('abcdef' AS varchar(3))", "varchar(3) abc"},
          {"CONVERT(varchar(25), CAST(42000000155200001 AS numeric(25,0)))", "varchar(25) 42000000155200001"},
          {"CONVERT(varchar(20), 1234567.0e0)", "varchar(20) 1.23457e+006"},
          {"CONVERT(varchar(33), CAST('2026-01-02T03:04:05.120' AS datetime), 126)",
           "varchar(33) 2026-01-02T03:04:05.120"},
          {"CONVERT(varchar(33), CAST('2026-01-02T03:04:05' AS datetime), 126)", "varchar(33) 2026-01-02T03:04:05"},
          {"CONVERT(varchar(33), CAST('2026-01-02 03:04:05.1234567' AS datetime2), 126)",
           "varchar(33) 2026-01-02T03:04:05.1234567"},
          {"CONVERT(varchar(33), CAST('2026-01-02 03:04:05' AS datetime2(0)), 121)", "varchar(33) 2026-01-02 03:04:05"},
          {"CONVERT(varchar(30), CAST('2026-01-02 13:04:05' AS datetime))", "varchar(30) Jan  2 2026  1:04PM"},
          {"CONVERT(varchar(30), CAST('2026-01-02' AS date), 103)", "varchar(30) 02/01/2026"},
          {"CAST('20260102 03:04' AS smalldatetime)", "smalldatetime 2026-01-02 03:04:00"},
          {"CAST('2026-01-02 03:04:05.999' AS datetime)", "datetime 2026-01-02 03:04:06.000"},
          {"CAST('2026-01-02 03:04:05 +02:00' AS datetimeoffset(3))",
           "datetimeoffset(3) 2026-01-02 03:04:05.000 +02:00"},
          {"CAST('03:04:05.5' AS time(3))", "time(3) 03:04:05.500"},
          {"CONVERT(varbinary(4), 258)", "varbinary(4) 0x00000102"},
          {"CONVERT(varchar(10), 0x0AFF, 1)", "varchar(10) 0x0AFF"},
          {"CONVERT(varchar(10), 0x0AFF, 2)", "varchar(10) 0AFF"},
          {"CONVERT(varbinary(4), '0x0AFF', 1)", "varbinary(4) 0x0AFF"},
          {"CAST(N'ab' AS varbinary(4))", "varbinary(4) 0x61006200"},
          {"CAST('a€' AS varbinary(4))", "varbinary(4) 0x6180"},
          {"CAST(0x6180 AS varchar(4))", "varchar(4) a€"},
          {"CAST(N'😀' AS varchar(4))", "varchar(4) ??"},
          {"CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' AS uniqueidentifier)",
           "uniqueidentifier 6F9619FF-8B86-D011-B42D-00C04FC964FF"},
          {"CAST(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS binary(16))",
           "binary(16) 0xFF19966F868B11D0B42D00C04FC964FF"},
          {"CAST(12.5 AS money)", "money 12.5000"},
          {"TRY_CAST('x' AS int)", "int NULL"},
          {"CAST('é' AS varchar)", "varchar(30) é"},
          {"CAST(N'中' AS varchar(5))", "varchar(5) ?"},
      });
}

TEST_CASE("functions of text, time and numbers") {
  Bench bench;
  check(bench,
        {
            {"LEN('abc  ')", "int 3"},
            {"DATALENGTH(N'abc')", "int 6"},
            {"UPPER('grün')", "varchar(4) GRÜN"},
            {"LTRIM('  a ') + '|'", "varchar(5) a |"},
            {"SUBSTRING('abcdef', 2, 3)", "varchar(6) bcd"},
            {"REPLACE('aXbxc', 'x', '-')", "varchar(8000) a-b-c"},
            {"LEFT('abc', 2) + RIGHT('abc', 1)", "varchar(6) abc"},
            {"CHARINDEX('C', 'abc')", "int 3"},
            {"PATINDEX('%[0-9]%', 'ab3')", "int 3"},
            {"CONCAT('a', 1, NULL, N'b')", "nvarchar(15) a1b"},
            {"REPLICATE('ab', 3)", "varchar(8000) ababab"},
            {"QUOTENAME('a]b')", "nvarchar(258) [a]]b]"},
            {"STUFF('abcdef', 2, 3, 'x')", "varchar(8000) axef"},
            {"REVERSE('abc')", "varchar(3) cba"},
            {"ASCII('A')", "int 65"},
            {"CHAR(65)", "varchar(1) A"},
            {"ABS(-5)", "int 5"},
            {"ROUND(2.345, 2)", "decimal(4,3) 2.350"},
            {"CEILING(2.1)", "decimal(2,1) 3.0"},
            {"FLOOR(-2.1)", "decimal(2,1) -3.0"},
            {"SQRT(16)", "float 4"},
            {"POWER(2, 10)", "int 1024"},
            {"SIGN(-3)", "int -1"},
            {"DATEADD(month, 1, CAST('2026-01-31' AS date))", "date 2026-02-28"},
            {"DATEDIFF(second, '2026-01-01T00:00:00', '2026-01-01T00:01:01')", "int 61"},
            {"DATEDIFF_BIG(ms, CAST('2026-01-01' AS datetime2), CAST('2026-02-01' AS datetime2))", "bigint 2678400000"},
            {"DATEPART(year, CAST('2026-03-04' AS date))", "int 2026"},
            {"DATENAME(month, CAST('2026-03-04' AS date))", "nvarchar(30) March"},
            {"EOMONTH(CAST('2024-02-10' AS date))", "date 2024-02-29"},
            {"CONVERT(varchar(33), SYSUTCDATETIME(), 126)", "varchar(33) 2026-01-02T03:04:05.0000000"},
            {"GETDATE()", "datetime 2026-01-02 03:04:05.000"},
            {"ISNUMERIC('12.5')", "int 1"},
            {"DB_NAME()", "nvarchar(128) agdb1"},
            {"DB_ID('master')", "smallint 1"},
            {"@@TRANCOUNT", "int 0"},
            {"@@SERVERNAME", "nvarchar(128) sales-0"},
            {"CONVERT(int, SERVERPROPERTY('ProductMajorVersion'))", "int 16"},
            {"SERVERPROPERTY('IsHadrEnabled')", "int 1"},
            {"SERVERPROPERTY('nothing')", "nvarchar(128) NULL"},
            {"SUSER_SNAME()", "nvarchar(128) sa"},
            {"sys.fn_hadr_is_primary_replica('agdb1')", "bit 1"},
            {"sys.fn_hadr_is_primary_replica('master')", "bit NULL"},
            {"HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')", "int 1"},
            {"LEN(CONVERT(varchar(36), NEWID()))", "int 36"},
        });
}

TEST_CASE("expressions that cannot be are refused with their numbers") {
  Bench bench;
  check(
      bench,
      {
          {"1 / 0", "Msg 8134, Level 16, State 1, Line 1: Divide by zero error encountered.\nfailed"},
          {"2147483647 + 1",
           "Msg 8115, Level 16, State 2, Line 1: Arithmetic overflow error converting expression to data type "
           "int.\nfailed"},
          {"CAST(300 AS tinyint)",
           "Msg 220, Level 16, State 2, Line 1: Arithmetic overflow error for data type tinyint, value = 300.\nfailed"},
          {"CAST('abc' AS int)",
           "Msg 245, Level 16, State 1, Line 1: Conversion failed when converting the varchar value 'abc' to data type "
           "int.\nfailed"},
          {"CAST('abc' AS bigint)",
           "Msg 8114, Level 16, State 5, Line 1: Error converting data type varchar to bigint.\nfailed"},
          {"CAST('99999999999' AS int)",
           "Msg 248, Level 16, State 1, Line 1: The conversion of the varchar value '99999999999' overflowed an int "
           "column.\nfailed"},
          {"CAST('x' AS date)",
           "Msg 241, Level 16, State 1, Line 1: Conversion failed when converting date and/or time from character "
           "string.\nfailed"},
          {"CAST('1700-01-01' AS datetime)",
           "Msg 242, Level 16, State 3, Line 1: The conversion of a varchar data type to a datetime data type resulted "
           "in an out-of-range value.\nfailed"},
          {"CAST('x' AS uniqueidentifier)",
           "Msg 8169, Level 16, State 2, Line 1: Conversion failed when converting from a character string to "
           "uniqueidentifier.\nfailed"},
          {"CAST(123456 AS decimal(4,1))",
           "Msg 8115, Level 16, State 2, Line 1: Arithmetic overflow error converting expression to data type "
           "numeric.\nfailed"},
          {"~2.5",
           "Msg 8117, Level 16, State 1, Line 1: Operand data type decimal is invalid for '~' operator.\nfailed"},
          {"1.5 & 1",
           "Msg 402, Level 16, State 1, Line 1: The data types decimal and int are incompatible in the '&' "
           "operator.\nfailed"},
          {"-GETDATE()",
           "Msg 8117, Level 16, State 1, Line 1: Operand data type datetime is invalid for minus operator.\nfailed"},
          {"1 WHERE ROW_NUMBER() OVER (ORDER BY @@SPID) = 1",
           "Msg 4108, Level 15, State 1, Line 1: Windowed functions can only appear in the SELECT or ORDER BY "
           "clauses.\nfailed"},
          {"nosuch(1)",
           "Msg 195, Level 15, State 10, Line 1: 'nosuch' is not a recognized built-in function name.\nfailed"},
          {"LEN()", "Msg 174, Level 15, State 1, Line 1: The len function requires 1 argument(s).\nfailed"},
          {"x", "Msg 207, Level 16, State 1, Line 1: Invalid column name 'x'.\nfailed"},
          {"t.x", "Msg 4104, Level 16, State 1, Line 1: The multi-part identifier \"t.x\" could not be bound.\nfailed"},
          {"@x", "Msg 137, Level 15, State 2, Line 1: Must declare the scalar variable \"@x\".\nfailed"},
          {"1 +", "Msg 102, Level 15, State 1, Line 1: Incorrect syntax near '+'.\nfailed"},
          {"'abc",
           "Msg 105, Level 15, State 1, Line 1: Unclosed quotation mark after the character string 'abc'.\nfailed"},
          {"1 FROM WHERE", "Msg 156, Level 15, State 1, Line 1: Incorrect syntax near the keyword 'WHERE'.\nfailed"},
          {"DATEADD(nosuch, 1, GETDATE())",
           "Msg 155, Level 15, State 1, Line 1: 'nosuch' is not a recognized dateadd option.\nfailed"},
          {"(SELECT 1 UNION ALL SELECT 2)",
           "Msg 512, Level 16, State 1, Line 1: Subquery returned more than 1 value. This is not permitted when the "
           "subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.\nfailed"},
      });
}
