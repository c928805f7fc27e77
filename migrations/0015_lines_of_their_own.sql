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
