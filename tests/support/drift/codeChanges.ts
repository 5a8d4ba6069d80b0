import { type BundleChange, changed, extra, missing } from "./bundleChange";

const currentTenantId = "shared.current_tenant_id()";

/** Changes of code: functions, views, triggers, rules, jobs, and the settings with which they run. */
export const codeChanges: readonly BundleChange[] = [
  {
    name: "a function's body is replaced",
    severity: "opens",
    change: `create or replace function shared.label(name text, suffix text default '!') returns text
      language sql immutable strict parallel safe set search_path = '' as $$ select name $$`,
    reverse: `create or replace function shared.label(name text, suffix text default '!') returns text
      language sql immutable strict parallel safe set search_path = '' as $$ select name || suffix $$`,
    reports: changed("function shared.label(text, text)", "body"),
    repairedBy: "up",
  },
  {
    name: "a function's default argument changes",
    severity: "opens",
    change: `create or replace function shared.label(name text, suffix text default '?') returns text
      language sql immutable strict parallel safe set search_path = '' as $$ select name || suffix $$`,
    reverse: `create or replace function shared.label(name text, suffix text default '!') returns text
      language sql immutable strict parallel safe set search_path = '' as $$ select name || suffix $$`,
    reports: changed("function shared.label(text, text)", "arguments"),
    repairedBy: "up",
  },
  {
    name: "a function no longer runs as its owner",
    severity: "opens",
    change: `alter function ${currentTenantId} security invoker`,
    reverse: `alter function ${currentTenantId} security definer`,
    reports: changed(`function ${currentTenantId}`, "security"),
    repairedBy: "up",
  },
  {
    name: "a function uses the caller's search path",
    severity: "opens",
    change: `alter function ${currentTenantId} reset search_path`,
    reverse: `alter function ${currentTenantId} set search_path = ''`,
    reports: changed(`function ${currentTenantId}`, "settings"),
    repairedBy: "up",
  },
  {
    name: "a function's volatility changes",
    severity: "changes",
    change: `alter function ${currentTenantId} volatile`,
    reverse: `alter function ${currentTenantId} stable`,
    reports: changed(`function ${currentTenantId}`, "volatility"),
    repairedBy: "up",
  },
  {
    name: "STRICT, PARALLEL and COST of a function changed",
    severity: "changes",
    change: "alter function shared.label(text, text) called on null input parallel unsafe cost 5000",
    reverse: "alter function shared.label(text, text) strict parallel safe cost 100",
    reports: changed("function shared.label(text, text)", "cost", "parallel", "strict"),
    repairedBy: "up",
  },
  {
    name: "a function's comment is replaced",
    severity: "changes",
    change: `comment on function ${currentTenantId} is 'do not use'`,
    reverse: `comment on function ${currentTenantId} is 'The tenant of the caller''s token'`,
    reports: changed(`function ${currentTenantId}`, "comment"),
    repairedBy: "up",
  },
  {
    name: "a function is dropped",
    severity: "changes",
    change: "drop function shared.label(text, text)",
    reverse: `set local role app_owner;
      create function shared.label(name text, suffix text default '!') returns text
      language sql immutable strict parallel safe set search_path = '' as $$ select name || suffix $$;
      reset role`,
    reports: missing("function shared.label(text, text)"),
    repairedBy: "up",
  },
  {
    name: "a function is added",
    severity: "opens",
    change: `create function shared.everything() returns setof shared.customers
      language sql security definer as $$ select * from shared.customers $$`,
    reverse: "drop function shared.everything()",
    reports: extra("function shared.everything()"),
    repairedBy: "prune",
  },
  {
    name: "a function is overloaded",
    severity: "opens",
    change: `create function shared.label(name text) returns text language sql as $$ select name $$`,
    reverse: "drop function shared.label(text)",
    reports: extra("function shared.label(text)"),
    repairedBy: "prune",
  },
  {
    name: "a procedure's body is replaced",
    severity: "opens",
    change: `create or replace procedure shared.forget_audit_log(older_than interval)
      language sql set search_path = '' as $$ delete from shared.audit_log $$`,
    reverse: `create or replace procedure shared.forget_audit_log(older_than interval)
      language sql set search_path = '' as $$ delete from shared.audit_log where at < now() - older_than $$`,
    reports: changed("procedure shared.forget_audit_log(interval)", "body"),
    repairedBy: "up",
  },
  {
    name: "an aggregate is added, which every role may call",
    severity: "opens",
    change: "create aggregate shared.total(integer) (sfunc = int4pl, stype = integer)",
    reverse: "drop aggregate shared.total(integer)",
    reports: extra("aggregate shared.total(integer)"),
    repairedBy: "hand",
  },
  {
    name: "a view shows more rows",
    severity: "opens",
    change: `create or replace view shared.customer_names with (security_invoker = true) as
      select c.id, c.name from shared.customers c`,
    reverse: `create or replace view shared.customer_names with (security_invoker = true) as
      select c.id, c.name from shared.customers c where c.net > 0`,
    reports: changed("view shared.customer_names", "definition"),
    repairedBy: "up",
  },
  {
    name: "a view reads with its owner's privileges",
    severity: "opens",
    change: "alter view shared.customer_names reset (security_invoker)",
    reverse: "alter view shared.customer_names set (security_invoker = true)",
    reports: changed("view shared.customer_names", "options"),
    repairedBy: "up",
  },
  {
    name: "a view is dropped",
    severity: "changes",
    change: "drop view shared.customer_names",
    reverse: `set local role app_owner;
      create view shared.customer_names with (security_invoker = true) as
      select c.id, c.name from shared.customers c where c.net > 0;
      grant select on shared.customer_names to authenticated;
      reset role`,
    reports: missing("view shared.customer_names"),
    repairedBy: "up",
  },
  {
    name: "a view is added",
    severity: "extra",
    change: "create view shared.everyone as select c.name from shared.customers c",
    reverse: "drop view shared.everyone",
    reports: extra("view shared.everyone"),
    repairedBy: "hand",
  },
  {
    name: "a materialized view gains a condition",
    severity: "opens",
    change: `drop materialized view internal.customer_counts;
      set local role app_owner;
      create materialized view internal.customer_counts as
      select c.tenant_id, count(*) as customers from shared.customers c where c.net > 0 group by c.tenant_id;
      reset role`,
    reverse: `drop materialized view internal.customer_counts;
      set local role app_owner;
      create materialized view internal.customer_counts as
      select c.tenant_id, count(*) as customers from shared.customers c group by c.tenant_id;
      reset role`,
    reports: changed("materialized view internal.customer_counts", "definition"),
    repairedBy: "up",
  },
  {
    name: "a trigger is disabled",
    severity: "opens",
    change: "alter table shared.customers disable trigger set_updated_at",
    reverse: "alter table shared.customers enable trigger set_updated_at",
    reports: changed("trigger shared.customers set_updated_at", "enabled"),
    repairedBy: "up",
  },
  {
    name: "a trigger is disabled on one partition",
    severity: "opens",
    change: "alter table shared.metrics_2026_01 disable trigger touch_metrics",
    reverse: "alter table shared.metrics_2026_01 enable trigger touch_metrics",
    reports: extra("trigger shared.metrics_2026_01 touch_metrics"),
    repairedBy: "up",
  },
  {
    name: "a BEFORE trigger becomes an AFTER trigger",
    severity: "opens",
    change: `create or replace trigger set_updated_at after update on shared.customers
      for each row execute function shared.touch_updated_at()`,
    reverse: `create or replace trigger set_updated_at before update on shared.customers
      for each row execute function shared.touch_updated_at()`,
    reports: changed("trigger shared.customers set_updated_at", "definition"),
    repairedBy: "up",
  },
  {
    name: "a trigger is dropped",
    severity: "opens",
    change: "drop trigger set_updated_at on shared.customers",
    reverse: `create trigger set_updated_at before update on shared.customers
      for each row execute function shared.touch_updated_at()`,
    reports: missing("trigger shared.customers set_updated_at"),
    repairedBy: "up",
  },
  {
    name: "a trigger is added",
    severity: "opens",
    change: `create trigger copy_out after insert on shared.customers
      for each row execute function shared.touch_updated_at()`,
    reverse: "drop trigger copy_out on shared.customers",
    reports: extra("trigger shared.customers copy_out"),
    repairedBy: "prune",
  },
  {
    name: "the trigger on the platform's users is dropped",
    severity: "opens",
    change: "drop trigger profile_created on auth.users",
    reverse: `create trigger profile_created after insert on auth.users
      for each row execute function internal.profile_created()`,
    reports: missing("trigger auth.users profile_created"),
    repairedBy: "up",
  },
  {
    name: "a trigger is added to the platform's users",
    severity: "opens",
    change: `create trigger watch after update on auth.users
      for each row execute function internal.profile_created()`,
    reverse: "drop trigger watch on auth.users",
    reports: extra("trigger auth.users watch"),
    repairedBy: "prune",
  },
  {
    name: "an event trigger is disabled",
    severity: "opens",
    change: "alter event trigger refuse_drop disable",
    reverse: "alter event trigger refuse_drop enable",
    reports: changed("event trigger refuse_drop", "enabled"),
    repairedBy: "up",
  },
  {
    name: "a rule is disabled",
    severity: "opens",
    change: "alter table shared.audit_log disable rule keep_audit_log",
    reverse: "alter table shared.audit_log enable rule keep_audit_log",
    reports: changed("rule shared.audit_log keep_audit_log", "enabled"),
    repairedBy: "up",
  },
  {
    name: "a rule is added",
    severity: "opens",
    change: "create rule swallow as on insert to shared.audit_log do instead nothing",
    reverse: "drop rule swallow on shared.audit_log",
    reports: extra("rule shared.audit_log swallow"),
    repairedBy: "hand",
  },
  {
    name: "a job runs less often",
    severity: "changes",
    change: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), schedule => '0 0 1 1 *')`,
    reverse: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), schedule => '*/5 * * * *')`,
    reports: changed("cron job collect-metrics of postgres", "schedule"),
    repairedBy: "up",
  },
  {
    name: "a job runs another command",
    severity: "changes",
    change: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), command => 'select 2')`,
    reverse: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), command => 'select 1')`,
    reports: changed("cron job collect-metrics of postgres", "command"),
    repairedBy: "up",
  },
  {
    name: "a job runs on another server",
    severity: "opens",
    change: "update cron.job set nodename = 'evil.example' where jobname = 'collect-metrics'",
    reverse: "update cron.job set nodename = 'localhost' where jobname = 'collect-metrics'",
    as: "supabase_admin",
    reports: changed("cron job collect-metrics of postgres", "host"),
    repairedBy: "up",
  },
  {
    name: "a job runs on another server of the same machine",
    severity: "opens",
    change: "update cron.job set nodeport = 1 where jobname = 'collect-metrics'",
    reverse:
      "update cron.job set nodeport = current_setting('port')::integer where jobname = 'collect-metrics'",
    as: "supabase_admin",
    reports: changed("cron job collect-metrics of postgres", "host"),
    repairedBy: "up",
  },
  {
    name: "a job is disabled",
    severity: "changes",
    change: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), active => false)`,
    reverse: `select cron.alter_job((select jobid from cron.job where jobname = 'collect-metrics'), active => true)`,
    reports: changed("cron job collect-metrics of postgres", "active"),
    repairedBy: "up",
  },
  {
    name: "a job is removed",
    severity: "changes",
    change: "select cron.unschedule('collect-metrics')",
    reverse: "select cron.schedule('collect-metrics', '*/5 * * * *', 'select 1')",
    reports: missing("cron job collect-metrics of postgres"),
    repairedBy: "up",
  },
  {
    name: "a job is added",
    severity: "changes",
    change: "select cron.schedule('send-it-home', '0 0 1 1 *', 'select 3')",
    reverse: "select cron.unschedule('send-it-home')",
    reports: extra("cron job send-it-home of postgres"),
    repairedBy: "hand",
  },
  {
    name: "a setting of a role is changed",
    severity: "opens",
    change: "alter role authenticator set pgrst.db_aggregates_enabled = 'false'",
    reverse: "alter role authenticator set pgrst.db_aggregates_enabled = 'true'",
    reports: changed("role settings authenticator", "pgrst.db_aggregates_enabled"),
    repairedBy: "up",
  },
];
