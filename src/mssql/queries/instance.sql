-- Who answers: the server's name (which is the pod's), version, edition and whether availability groups are switched on.
-- Permission: none beyond the login. Versions: 2017 and later.
SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) AS server_name,
       CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS product_version,
       CONVERT(nvarchar(128), SERVERPROPERTY('ProductUpdateLevel')) AS update_level,
       CONVERT(nvarchar(128), SERVERPROPERTY('Edition')) AS edition,
       CONVERT(int, SERVERPROPERTY('IsHadrEnabled')) AS is_hadr_enabled;
