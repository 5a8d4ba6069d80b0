-- Logging is a superuser's setting that hosted Supabase opens for roles, though not in every image: where it is refused, the
-- deploy goes on and says so. Each statement is written out, so that the deployer knows what the block is about.
do $$
begin
  begin
    alter role postgres set log_min_duration_statement = 1000;
  exception when insufficient_privilege then
    raise warning 'this server does not allow log_min_duration_statement for the role postgres (%)', sqlerrm;
  end;
  begin
    alter role authenticator set log_min_duration_statement = 1000;
  exception when insufficient_privilege then
    raise warning 'this server does not allow log_min_duration_statement for the role authenticator (%)', sqlerrm;
  end;
  begin
    alter role postgres set log_statement = 'mod';
  exception when insufficient_privilege then
    raise warning 'this server does not allow log_statement for the role postgres (%)', sqlerrm;
  end;
  begin
    alter role authenticator set log_statement = 'mod';
  exception when insufficient_privilege then
    raise warning 'this server does not allow log_statement for the role authenticator (%)', sqlerrm;
  end;
end
$$;
