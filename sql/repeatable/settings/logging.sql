-- Logging is a superuser's setting that hosted Supabase opens for roles, though not in every image: where it is refused, the
-- deploy goes on and says so.
do $$
declare
  setting text;
begin
  foreach setting in array array[
    'alter role postgres set log_min_duration_statement = 1000',
    'alter role postgres set log_statement = ''mod''',
    'alter role authenticator set log_min_duration_statement = 1000',
    'alter role authenticator set log_statement = ''mod'''
  ] loop
    begin
      execute setting;
    exception when insufficient_privilege then
      raise warning 'this server does not allow: % (%)', setting, sqlerrm;
    end;
  end loop;
end
$$;
