-- Why: rates of exchange, and what positions in other currencies were revalued at (ADR 0024). Lock: none, new tables.
-- Risk: none; nothing is revalued until the settings of a tenant name the GL accounts for it.

create schema fx;
grant usage on schema fx to plinth_fx, plinth_auditor;
grant usage on schema plinth to plinth_fx;

-- What one unit of a currency costs in the tenant's base currency. Submitted by one, decided by another; a mistake is mended by
-- the next version of the day.
create table fx.rate (
  tenant_id text collate "C" not null,
  rate_date date not null,
  currency text collate "C" not null,
  version integer not null check (version >= 1),
  rate numeric(36,18) not null check (rate > 0 and rate <> 'NaN'),
  source text not null check (source <> ''),
  status text not null check (status in ('submitted', 'approved', 'rejected')),
  submitted_by text not null,
  submitted_on_behalf_of text,
  submitted_at timestamptz(3) not null,
  decided_by text,
  decided_on_behalf_of text,
  decided_at timestamptz(3),
  reason text,
  version_before integer generated always as (nullif(version - 1, 0)) stored,
  primary key (tenant_id, rate_date, currency, version),
  constraint versions_are_dense foreign key (tenant_id, rate_date, currency, version_before) references fx.rate,
  constraint decided_by_somebody
    check ((status = 'submitted') = (decided_by is null) and (status = 'submitted') = (decided_at is null)),
  constraint rejected_for_a_reason check (status <> 'rejected' or reason is not null),
  -- Who acts for somebody is that somebody, and neither decides what either submitted.
  constraint nobody_decides_their_own check (decided_by is null
    or (coalesce(decided_on_behalf_of, decided_by) not in (submitted_by, coalesce(submitted_on_behalf_of, submitted_by))
        and decided_by <> coalesce(submitted_on_behalf_of, submitted_by)))
) with (fillfactor = 70);
create index rate_in_force on fx.rate (tenant_id, currency, rate_date desc, version desc) where status = 'approved';
select plinth.fence_by_tenant('fx.rate');
grant select, insert, update (status, decided_by, decided_on_behalf_of, decided_at, reason) on fx.rate to plinth_fx;
grant select on fx.rate to plinth_auditor;

create function fx.refuse_rate_change() returns trigger language plpgsql as $$
begin
  raise exception 'version % of the rate of % on % begins as submitted, is decided once, and is otherwise left as it is',
    new.version, new.currency, new.rate_date using errcode = 'check_violation';
end $$;
create trigger begins_as_submitted before insert on fx.rate for each row
  when (new.status <> 'submitted') execute function fx.refuse_rate_change();
create trigger decided_once before update on fx.rate for each row
  when ((old.status = 'submitted' and new.status <> 'submitted' and new.tenant_id = old.tenant_id
    and new.rate_date = old.rate_date and new.currency = old.currency and new.version = old.version and new.rate = old.rate
    and new.source = old.source and new.submitted_by = old.submitted_by and new.submitted_at = old.submitted_at
    and new.submitted_on_behalf_of is not distinct from old.submitted_on_behalf_of) is not true)
  execute function fx.refuse_rate_change();
create trigger never_removed before delete on fx.rate for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on fx.rate for each statement execute function plinth.refuse_change();
alter table fx.rate enable always trigger begins_as_submitted;
alter table fx.rate enable always trigger decided_once;
alter table fx.rate enable always trigger never_removed;
alter table fx.rate enable always trigger never_truncated;

-- What a currency's position was worth at the end of a day, and what that changed. Credits less debits, in minor units.
create table fx.revaluation (
  tenant_id text collate "C" not null,
  business_date date not null,
  currency text collate "C" not null,
  -- Of the position account, in the currency.
  position numeric(38,0) not null check (position <> 'NaN'),
  -- Of the counter-value account, in the base currency, before.
  counter_value numeric(38,0) not null check (counter_value <> 'NaN'),
  -- Null: nothing stood in the currency, so nothing was asked for.
  rate_date date,
  rate_version integer,
  -- Position times rate, rounded half to even, in the base currency.
  base_value numeric(38,0) not null check (base_value <> 'NaN'),
  -- In which gain or loss is posted.
  entry_id uuid,
  primary key (tenant_id, business_date, currency),
  constraint valued_at_a_rate foreign key (tenant_id, rate_date, currency, rate_version) references fx.rate,
  constraint a_position_has_its_rate
    check ((rate_date is null) = (rate_version is null) and (rate_date is not null or (position = 0 and base_value = 0))),
  constraint differences_are_posted check ((entry_id is null) = (base_value + counter_value = 0))
);
select plinth.fence_by_tenant('fx.revaluation'), plinth.make_append_only('fx.revaluation');
grant select, insert on fx.revaluation to plinth_fx;
grant select on fx.revaluation to plinth_auditor;

create function fx.refuse_revaluation() returns trigger language plpgsql as $$
begin
  if new.rate_date is not null and (new.rate_date <= new.business_date and exists (select from fx.rate r
       where r.tenant_id = new.tenant_id and r.rate_date = new.rate_date and r.currency = new.currency
         and r.version = new.rate_version and r.status = 'approved')) is not true then
    raise exception '% of % is valued at version % of %, which is not an approved rate of that day or before', new.currency,
      new.business_date, new.rate_version, new.rate_date using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger by_an_approved_rate before insert on fx.revaluation
  for each row execute function fx.refuse_revaluation();
alter table fx.revaluation enable always trigger by_an_approved_rate;
