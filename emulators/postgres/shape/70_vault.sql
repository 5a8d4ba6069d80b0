-- Replaces supabase_vault with the same tables, functions and privileges. Secrets are encrypted, but the key is in the same
-- database, so any role that may read all data can decrypt them. On a hosted project, the key is outside of the database.
create table vault.local_key (
  is_the_one boolean primary key default true check (is_the_one),
  key text not null default encode(extensions.gen_random_bytes(32), 'hex')
);

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;

-- The key is created at first use, so that no two projects share one.
create function vault.read_local_key() returns text
language plpgsql volatile set search_path = ''
as $$
begin
  insert into vault.local_key default values on conflict do nothing;
  return (select key from vault.local_key);
end
$$;

create function vault.encrypt_secret(secret text) returns text
language sql volatile set search_path = ''
as $$
  select encode(extensions.pgp_sym_encrypt(secret, vault.read_local_key()), 'base64')
$$;

create function vault.decrypt_secret(secret text) returns text
language sql stable security definer set search_path = ''
as $$
  select extensions.pgp_sym_decrypt(decode(secret, 'base64'), key) from vault.local_key
$$;

create view vault.decrypted_secrets as
select id, name, description, secret, vault.decrypt_secret(secret) as decrypted_secret,
  key_id, nonce, created_at, updated_at
from vault.secrets;

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into vault.secrets (secret, name, description, key_id)
  values (vault.encrypt_secret(new_secret), new_name, new_description, new_key_id)
  returning id
$$;

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
) returns void
language sql volatile security definer set search_path = ''
as $$
  update vault.secrets
  set secret = coalesce(vault.encrypt_secret(new_secret), secret),
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    key_id = coalesce(new_key_id, key_id),
    updated_at = now()
  where id = secret_id
$$;

revoke execute on all functions in schema vault from public;
grant execute on function vault.create_secret, vault.update_secret, vault.decrypt_secret to postgres, service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to postgres, service_role;
