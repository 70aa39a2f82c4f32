SET NOCOUNT ON;
SELECT d.name, d.database_id, d.state, d.state_desc, d.recovery_model_desc, d.user_access_desc, d.is_read_only,
       d.log_reuse_wait_desc, CONVERT(char(36), d.replica_id) AS replica_id, CONVERT(char(36), d.group_database_id) AS group_database_id,
       CONVERT(nvarchar(60), DATABASEPROPERTYEX(d.name, 'Updateability')) AS updateability
FROM sys.databases AS d
WHERE d.database_id > 4
ORDER BY d.name;
