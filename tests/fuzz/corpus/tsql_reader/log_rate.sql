SET NOCOUNT ON;
SELECT RTRIM(p.instance_name) AS database_name, RTRIM(p.counter_name) AS counter_name, p.cntr_value,
       CONVERT(varchar(33), SYSUTCDATETIME(), 126) AS at_utc
FROM sys.dm_os_performance_counters AS p
WHERE (p.object_name LIKE N'%:Databases%' AND p.counter_name IN (N'Log Bytes Flushed/sec', N'Transactions/sec', N'Write Transactions/sec'))
   OR (p.object_name LIKE N'%:Database Replica%' AND p.counter_name IN (N'Log Bytes Received/sec', N'Redone Bytes/sec',
        N'Recovery Queue', N'Log Send Queue', N'Transaction Delay', N'Mirrored Write Transactions/sec'));
