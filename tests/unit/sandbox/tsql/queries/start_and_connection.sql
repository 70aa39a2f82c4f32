SET NOCOUNT ON;
SELECT CONVERT(varchar(33), i.sqlserver_start_time, 126) AS start_time, i.cpu_count, i.physical_memory_kb,
       h.host_platform, h.host_distribution, h.host_release,
       c.encrypt_option, c.auth_scheme, c.net_packet_size
FROM sys.dm_os_sys_info AS i
CROSS JOIN sys.dm_os_host_info AS h
LEFT JOIN sys.dm_exec_connections AS c ON c.session_id = @@SPID AND c.parent_connection_id IS NULL;
