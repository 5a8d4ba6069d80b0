-- All policies. A row must pass at least one permissive policy and every restrictive policy.
-- To find the policy that hides one row from one user: select * from private.explain_row_access('<user>', '<table>', '<row>');
select
  schemaname,
  tablename,
  policyname,
  permissive,
  roles,
  cmd,
  qual as using_expression,
  with_check as check_expression
from pg_policies
where schemaname !~ '^(pg_|cron$)'
order by schemaname, tablename, permissive, policyname;
