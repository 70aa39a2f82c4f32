-- The databases of this instance that users made: for an instance that is in no group, and for those a group lacks.
-- Permission: VIEW ANY DATABASE, which everybody has. Versions: 2017 and later.
SELECT d.name, d.state_desc, CONVERT(char(36), d.group_database_id) AS group_database_id
FROM sys.databases AS d
WHERE d.database_id > 4
ORDER BY d.name;
