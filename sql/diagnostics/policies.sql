-- Every policy: permissive ones say whose the row is (one suffices), restrictive ones narrow it (all must hold).
-- Which of them hides one row from one user: select * from private.explain_row_access('<user>', '<table>', '<row>');
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
