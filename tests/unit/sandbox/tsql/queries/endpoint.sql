SET NOCOUNT ON;
SELECT e.name, e.state, e.state_desc, e.role_desc, e.is_encryption_enabled, e.connection_auth_desc, e.encryption_algorithm_desc,
       t.port, t.is_dynamic_port, c.name AS certificate_name, CONVERT(varchar(33), c.expiry_date, 126) AS certificate_expiry
FROM sys.database_mirroring_endpoints AS e
LEFT JOIN sys.tcp_endpoints AS t ON t.endpoint_id = e.endpoint_id
LEFT JOIN master.sys.certificates AS c ON c.certificate_id = e.certificate_id;
