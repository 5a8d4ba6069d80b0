-- Restrictive: other programs may interpret a name with `..`, `//`, a backslash or a control character as a path outside of
-- the folder that the other policies checked.
create policy plain_path_insert on storage.objects
  as restrictive
  for insert
  to authenticated
  with check (
    name !~ '(^|/)\.{0,2}(/|$)'
    and name !~ '[\\[:cntrl:]]'
    and name !~* '%(2e|2f|5c|00)'
  );
