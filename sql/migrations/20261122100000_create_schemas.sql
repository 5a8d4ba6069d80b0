-- One schema per industry and one for what all industries share, as the guide has them. These five are what the Data
-- API exposes. The other three are never exposed: `private` holds helper functions, `audit` the audit trail,
-- `monitoring` what an operator watches.
--
-- Everything belongs to app_owner, which cannot log in and has no BYPASSRLS: forced row-level security binds an owner
-- only then, and `postgres` has BYPASSRLS.
create schema shared authorization app_owner;
create schema home_services authorization app_owner;
create schema restaurants authorization app_owner;
create schema automotive authorization app_owner;
create schema retail authorization app_owner;
create schema private authorization app_owner;
create schema audit authorization app_owner;
create schema monitoring authorization app_owner;

comment on schema shared is 'Tenants, their users and customers, and what every industry needs.';
comment on schema home_services is 'Tables of the home services industry.';
comment on schema restaurants is 'Tables of the restaurant industry.';
comment on schema automotive is 'Tables of the automotive industry.';
comment on schema retail is 'Tables of the retail industry.';
comment on schema private is 'Helper functions of policies, triggers and jobs. Never exposed through the Data API.';
comment on schema audit is 'The audit trail. Written by triggers only.';
comment on schema monitoring is 'Views for operators. No tenant''s row is in reach from here.';
