-- Deployed files. The table exists after the first deployment.
select version, name
from supabase_migrations.schema_migrations
order by version desc;
