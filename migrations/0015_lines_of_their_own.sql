-- Why: credits that are available later, credits that went elsewhere and wait to be cleared, and holds that only shrink because
-- their credit is taken back (ADR 0015). Lock: ACCESS EXCLUSIVE on posting_line, account_hold and hold_event for a moment:
-- columns without a default are added, nothing is rewritten; the partial indexes are built over rows that do not exist yet.
-- Risk: none.

alter table ledger.posting_line
  -- Of a credit: the business date from which its money is available.
  add column available_from date,
  -- Of a credit that its own account could not take: that account, and the code it would have been refused with.
  add column diverted_from text collate "C",
  add column diverted_because text;
alter table ledger.posting_line
  add constraint only_credits_wait check (side = 'credit' or (available_from is null and diverted_from is null)) not valid,
  add constraint diverted_for_a_reason check ((diverted_from is null) = (diverted_because is null)) not valid;

alter table holds.account_hold
  -- Of a clearing hold: the credit that it keeps, until its business date.
  add column available_from date,
  add column clears_entry_id uuid,
  add column clears_line_no smallint;
alter table holds.account_hold
  add constraint a_clearing_hold_has_its_line check (
    (available_from is null) = (clears_entry_id is null) and (clears_entry_id is null) = (clears_line_no is null)) not valid,
  add constraint a_clearing_hold_is_not_captured check (available_from is null or (captured = 0 and expires_at is null)) not valid;
create unique index hold_by_line on holds.account_hold (tenant_id, clears_entry_id, clears_line_no)
  where clears_entry_id is not null;
create index hold_by_available_from on holds.account_hold (tenant_id, available_from)
  where status = 'active' and available_from is not null;
alter table holds.hold_event drop constraint hold_event_change_check;
alter table holds.hold_event add constraint hold_event_change_check
  check (change in ('placed', 'captured', 'reduced', 'released', 'extended', 'expired')) not valid;

-- As before, and a clearing hold keeps its line.
drop trigger moves_forward on holds.account_hold;
create trigger moves_forward before update on holds.account_hold for each row
  when ((old.status = 'active' and new.version > old.version and new.captured >= old.captured
    and new.remaining <= old.remaining and new.tenant_id = old.tenant_id and new.hold_id = old.hold_id
    and new.account_id = old.account_id and new.currency = old.currency and new.amount = old.amount
    and new.reference is not distinct from old.reference and new.decision is not distinct from old.decision
    and new.available_from is not distinct from old.available_from
    and new.clears_entry_id is not distinct from old.clears_entry_id
    and new.clears_line_no is not distinct from old.clears_line_no and new.placed_at = old.placed_at) is not true)
  execute function holds.refuse_hold_change();
alter table holds.account_hold enable always trigger moves_forward;

-- What is held for an account that could not take it, until an operator clears it.
create schema suspense;
grant usage on schema suspense to plinth_suspense, plinth_auditor;
grant usage on schema plinth to plinth_suspense;

create table suspense.suspense_item (
  tenant_id text collate "C" not null,
  suspense_item_id uuid not null,
  -- The line that was diverted, and its value date.
  entry_id uuid not null,
  line_no smallint not null,
  value_date date not null,
  account_id text collate "C" not null,
  intended_account_id text collate "C" not null,
  because text not null,
  currency text collate "C" not null,
  amount numeric(38,0) not null check (amount > 0 and amount <> 'NaN'),
  cleared numeric(38,0) not null check (cleared >= 0 and cleared <> 'NaN'),
  returned numeric(38,0) not null check (returned >= 0 and returned <> 'NaN'),
  status text not null check (status in ('open', 'cleared', 'returned')),
  opened_at timestamptz(3) not null,
  version integer not null check (version >= 1),
  primary key (tenant_id, suspense_item_id),
  constraint one_item_a_line unique (tenant_id, entry_id, line_no),
  constraint never_more_than_was_diverted check (cleared + returned <= amount),
  constraint open_while_something_remains check ((status = 'open') = (cleared + returned < amount))
);
create index suspense_by_status on suspense.suspense_item (tenant_id, status, suspense_item_id);
create index suspense_by_account on suspense.suspense_item (tenant_id, account_id, suspense_item_id);
create index suspense_by_intended on suspense.suspense_item (tenant_id, intended_account_id, suspense_item_id);
select plinth.fence_by_tenant('suspense.suspense_item');

-- Each change of an item as it left it, with the entry that it came with.
create table suspense.suspense_event (
  tenant_id text collate "C" not null,
  suspense_item_id uuid not null,
  version integer not null check (version >= 1),
  change text not null check (change in ('opened', 'cleared', 'returned', 'reopened')),
  cleared numeric(38,0) not null,
  returned numeric(38,0) not null,
  entry_id uuid not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, suspense_item_id, version),
  foreign key (tenant_id, suspense_item_id) references suspense.suspense_item
);
create index suspense_event_by_entry on suspense.suspense_event (tenant_id, entry_id);
select plinth.fence_by_tenant('suspense.suspense_event'), plinth.make_append_only('suspense.suspense_event');

create function suspense.refuse_item_change() returns trigger language plpgsql as $$
begin
  raise exception 'suspense item %: what it is about never changes, and what was returned stays', old.suspense_item_id
    using errcode = 'check_violation';
end $$;
create trigger stays_what_it_is before update on suspense.suspense_item for each row
  when ((new.tenant_id = old.tenant_id and new.suspense_item_id = old.suspense_item_id and new.entry_id = old.entry_id
    and new.line_no = old.line_no and new.value_date = old.value_date and new.account_id = old.account_id
    and new.intended_account_id = old.intended_account_id and new.because = old.because and new.currency = old.currency
    and new.amount = old.amount and new.opened_at = old.opened_at and new.version = old.version + 1
    and new.returned >= old.returned) is not true)
  execute function suspense.refuse_item_change();
create trigger never_removed before delete on suspense.suspense_item for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on suspense.suspense_item for each statement execute function plinth.refuse_change();
alter table suspense.suspense_item enable always trigger stays_what_it_is;
alter table suspense.suspense_item enable always trigger never_removed;
alter table suspense.suspense_item enable always trigger never_truncated;
grant select, insert on suspense.suspense_item to plinth_suspense;
grant update (cleared, returned, status, version) on suspense.suspense_item to plinth_suspense;
grant select, insert on suspense.suspense_event to plinth_suspense;
grant select on suspense.suspense_item, suspense.suspense_event to plinth_auditor;
