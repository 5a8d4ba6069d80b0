-- Restrictive: a name whose path means something else to another reader (.., //, a backslash, a control character) could
-- leave the folder that the other policies saw.
create policy plain_path_insert on storage.objects
  as restrictive
  for insert
  to authenticated
  with check (
    name !~ '(^|/)\.{0,2}(/|$)'
    and name !~ '[\\[:cntrl:]]'
    and name !~* '%(2e|2f|5c|00)'
  );
