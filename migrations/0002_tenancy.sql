-- Why: tenants and their API keys. Lock: none, new tables. Risk: none.

create schema tenancy;
grant usage on schema tenancy to plinth_tenancy, plinth_auditor;

create table tenancy.tenant (
  tenant_id text collate "C" primary key check (tenant_id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  name text not null,
  base_currency text not null,
  time_zone text not null,
  first_business_date date not null,
  -- Own currencies beside ISO 4217: code to decimals. Never changed: amounts are stored in minor units.
  currencies jsonb not null default '{}',
  -- How far a value date may lie from the booking date (contract §1); NULL is any date back.
  value_date_days_back integer check (value_date_days_back >= 0),
  value_date_days_ahead integer not null default 0 check (value_date_days_ahead >= 0),
  created_at timestamptz(3) not null default clock_timestamp()
);
alter table tenancy.tenant enable row level security;
alter table tenancy.tenant force row level security;
-- Without a tenant the list of tenants can be read: workers go from one to the next.
create policy list_of_tenants on tenancy.tenant for select
  using (plinth.current_tenant() is null or tenant_id = plinth.current_tenant());
create policy own_tenant_insert on tenancy.tenant for insert with check (tenant_id = plinth.current_tenant());
create policy own_tenant_update on tenancy.tenant for update using (tenant_id = plinth.current_tenant());
grant select, insert on tenancy.tenant to plinth_tenancy;
grant select on tenancy.tenant to plinth_auditor;

create table tenancy.api_key (
  tenant_id text collate "C" not null references tenancy.tenant,
  key_id text collate "C" not null check (key_id ~ '^[a-z0-9]{8,32}$'),
  name text not null,
  roles text[] not null check (cardinality(roles) > 0),
  -- SHA-256 of the secret, which is random and long: a slow hash would add nothing.
  secret_hash bytea not null check (length(secret_hash) = 32),
  created_at timestamptz(3) not null default clock_timestamp(),
  created_by text not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (tenant_id, key_id)
);
select plinth.fence_by_tenant('tenancy.api_key');
grant select, insert on tenancy.api_key to plinth_tenancy;
grant update (revoked_at) on tenancy.api_key to plinth_tenancy;
grant select (tenant_id, key_id, name, roles, created_at, created_by, expires_at, revoked_at)
  on tenancy.api_key to plinth_auditor;
