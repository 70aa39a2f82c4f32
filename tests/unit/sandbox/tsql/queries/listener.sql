SET NOCOUNT ON;
SELECT ag.name AS ag_name, l.dns_name, l.port, l.is_conformant
FROM sys.availability_group_listeners AS l
JOIN sys.availability_groups AS ag ON ag.group_id = l.group_id;
