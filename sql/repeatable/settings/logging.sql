-- Only superusers may set logging. Hosted Supabase also allows it for roles, but not in every image. If it is refused, the
-- deployment continues with a warning. The statements are not dynamic SQL, so the deployer can see what the block sets.
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
