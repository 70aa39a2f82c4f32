SET NOCOUNT ON;
SELECT d.name, sys.fn_hadr_is_primary_replica(d.name) AS is_primary,
       CONVERT(nvarchar(60), DATABASEPROPERTYEX(d.name, 'Updateability')) AS updateability,
       CONVERT(nvarchar(60), DATABASEPROPERTYEX(d.name, 'Status'))        AS status
FROM sys.databases AS d
WHERE d.group_database_id IS NOT NULL;
