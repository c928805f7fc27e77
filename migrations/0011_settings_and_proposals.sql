-- Why: a tenant's settings are versions that decisions name, and what needs two people has its proposal (ADR 0011).
-- Lock: ACCESS EXCLUSIVE on tenant and journal_head for a moment; neither is rewritten. Risk: a process of an older release
-- finds neither the columns nor the function that it asks for: it answers 500 and writes nothing until it is replaced.

-- Every change is a new row: this is the settings' own audit trail, and what `verify` decides old postings with.
create table tenancy.settings (
  tenant_id text collate "C" not null references tenancy.tenant,
  version integer not null check (version >= 1),
  settings jsonb not null,
  -- The first journal entry that is decided with this version.
  first_entry_no bigint not null check (first_entry_no >= 1),
  changed_at timestamptz(3) not null default clock_timestamp(),
  changed_by text not null,
  on_behalf_of text,
  reason text not null check (reason <> ''),
  -- Versions are dense: each stands on the one before.
  version_before integer generated always as (nullif(version - 1, 0)) stored,
  primary key (tenant_id, version),
  constraint versions_are_dense foreign key (tenant_id, version_before) references tenancy.settings
);
-- Before the fence: the rows of all tenants are written at once.
insert into tenancy.settings (tenant_id, version, settings, first_entry_no, changed_at, changed_by, reason)
  select tenant_id, 1,
         jsonb_build_object('valueDateDaysBack', value_date_days_back, 'valueDateDaysAhead', value_date_days_ahead,
           'currencies', currencies, 'postingLimits', '[]'::jsonb, 'strictTransactionCodes', false,
           'transactionCodes', '[]'::jsonb, 'approvals', '[]'::jsonb),
         1, created_at, 'migration', 'as the tenant was made'
    from tenancy.tenant;
select plinth.fence_by_tenant('tenancy.settings'), plinth.make_append_only('tenancy.settings');
grant select, insert on tenancy.settings to plinth_tenancy;
grant select on tenancy.settings to plinth_auditor;

alter table tenancy.tenant drop column currencies, drop column value_date_days_back, drop column value_date_days_ahead;

-- What one person proposes and another decides. The payload is the canonical request of the command that is run when it is
-- approved: nobody approves anything else than what was proposed.
create table tenancy.proposal (
  tenant_id text collate "C" not null references tenancy.tenant,
  proposal_id uuid not null,
  action text not null,
  payload text not null,
  payload_hash bytea not null,
  reason text not null check (reason <> ''),
  -- Roles of which the decider must have one.
  deciders text[] not null check (cardinality(deciders) > 0),
  made_by text not null,
  made_on_behalf_of text,
  made_at timestamptz(3) not null,
  expires_at timestamptz(3) not null check (expires_at > made_at),
  status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'withdrawn')),
  decided_by text,
  decided_on_behalf_of text,
  decided_at timestamptz(3),
  comment text,
  primary key (tenant_id, proposal_id),
  constraint payload_is_what_was_hashed check (payload_hash = sha256(convert_to(payload, 'UTF8'))),
  constraint decided_by_somebody check ((status = 'pending') = (decided_by is null) and (status = 'pending') = (decided_at is null)),
  constraint not_decided_when_expired check (decided_at < expires_at or status <> 'approved'),
  -- Who acts for somebody is that somebody, and neither decides what either proposed.
  constraint nobody_decides_their_own check (status not in ('approved', 'rejected')
    or (coalesce(decided_on_behalf_of, decided_by) not in (made_by, coalesce(made_on_behalf_of, made_by))
        and decided_by <> coalesce(made_on_behalf_of, made_by)))
);
create index proposal_by_status on tenancy.proposal (tenant_id, status, proposal_id);
select plinth.fence_by_tenant('tenancy.proposal');

create function tenancy.refuse_proposal_change() returns trigger language plpgsql as $$
begin
  raise exception 'proposal %: it is decided once, and nothing else of it ever changes', old.proposal_id
    using errcode = 'check_violation';
end $$;
create trigger decided_once before update on tenancy.proposal for each row
  when ((old.status = 'pending' and new.status <> 'pending' and new.tenant_id = old.tenant_id
    and new.proposal_id = old.proposal_id and new.action = old.action and new.payload = old.payload
    and new.reason = old.reason and new.deciders = old.deciders and new.made_by = old.made_by
    and new.made_on_behalf_of is not distinct from old.made_on_behalf_of and new.made_at = old.made_at
    and new.expires_at = old.expires_at) is not true)
  execute function tenancy.refuse_proposal_change();
create trigger never_removed before delete on tenancy.proposal for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on tenancy.proposal for each statement execute function plinth.refuse_change();
alter table tenancy.proposal enable always trigger decided_once;
alter table tenancy.proposal enable always trigger never_removed;
alter table tenancy.proposal enable always trigger never_truncated;
grant select, insert on tenancy.proposal to plinth_tenancy;
grant update (status, decided_by, decided_on_behalf_of, decided_at, comment) on tenancy.proposal to plinth_tenancy;
grant select on tenancy.proposal to plinth_auditor;

-- The head names the settings that its entries are decided with, as it names the business date: no transaction commits
-- that was decided with others.
alter table ledger.journal_head add column settings_version integer not null default 1 check (settings_version >= 1);

create or replace function ledger.refuse_head_going_back() returns trigger language plpgsql as $$
begin
  if new.tenant_id <> old.tenant_id or new.next_entry_no < old.next_entry_no
     or new.next_event_position < old.next_event_position or new.last_posted_at < old.last_posted_at
     or new.business_date < old.business_date or new.settings_version < old.settings_version then
    raise exception 'the journal head of % never goes back', old.tenant_id using errcode = 'check_violation';
  end if;
  return new;
end $$;

drop function ledger.take_numbers(text, date, bigint, bigint);
create function ledger.take_numbers(of_tenant text, decided_on date, decided_with integer, entries bigint, events bigint,
    out first_entry_no bigint, out first_event_position bigint, out posted_at timestamptz) language plpgsql as $$
begin
  update ledger.journal_head h
     set next_entry_no = next_entry_no + entries, next_event_position = next_event_position + events,
         last_posted_at = greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp()))
   where tenant_id = of_tenant and business_date = decided_on and settings_version = decided_with
  returning next_entry_no - entries, next_event_position - events, last_posted_at
       into first_entry_no, first_event_position, posted_at;
  if not found then
    raise exception 'the business date of % is not % any more, or its settings are not of version %', of_tenant, decided_on,
      decided_with using errcode = 'PLN01';
  end if;
  perform set_config('plinth.first_entry_no', first_entry_no::text, true),
          set_config('plinth.first_event_position', first_event_position::text, true),
          set_config('plinth.posted_at', posted_at::text, true);
end $$;
revoke execute on function ledger.take_numbers(text, date, integer, bigint, bigint) from public;
grant execute on function ledger.take_numbers(text, date, integer, bigint, bigint) to plinth_ledger;
