-- Why: money set aside on an account, and entries that take others back. Lock: ACCESS EXCLUSIVE on journal_entry and
-- posting_line for a moment: columns without a default are added and nothing is rewritten; the two partial indexes are
-- built over rows that do not exist yet. Risk: none.

create schema holds;
grant usage on schema holds to plinth_holds, plinth_auditor;
grant usage on schema plinth to plinth_holds;

create table holds.account_hold (
  tenant_id text collate "C" not null,
  hold_id uuid not null,
  account_id text collate "C" not null,
  currency text collate "C" not null,
  amount numeric(38,0) not null check (amount > 0 and amount <> 'NaN'),
  captured numeric(38,0) not null check (captured >= 0 and captured <> 'NaN'),
  -- What counts in `held` of the account's balance row.
  remaining numeric(38,0) not null check (remaining >= 0 and remaining <> 'NaN'),
  status text not null check (status in ('active', 'captured', 'released', 'expired')),
  expires_at timestamptz(3),
  reference text collate "C",
  -- The risk decision it was placed on.
  decision jsonb,
  placed_at timestamptz(3) not null,
  -- Counts the changes of the hold: 1 is its placing.
  version integer not null check (version >= 1),
  primary key (tenant_id, hold_id),
  constraint never_more_than_the_hold check (captured + remaining <= amount),
  constraint only_active_ones_hold check ((status = 'active') = (remaining > 0))
) with (fillfactor = 70);
create index hold_by_account on holds.account_hold (tenant_id, account_id, hold_id);
create index hold_by_status on holds.account_hold (tenant_id, status, hold_id);
create index hold_by_expiry on holds.account_hold (tenant_id, expires_at) where status = 'active' and expires_at is not null;
select plinth.fence_by_tenant('holds.account_hold');

-- Each change of a hold as it left it.
create table holds.hold_event (
  tenant_id text collate "C" not null,
  hold_id uuid not null,
  version integer not null check (version >= 1),
  change text not null check (change in ('placed', 'captured', 'released', 'extended', 'expired')),
  captured numeric(38,0) not null,
  remaining numeric(38,0) not null,
  status text not null,
  expires_at timestamptz(3),
  -- The entry of a capture.
  entry_no bigint,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, hold_id, version),
  foreign key (tenant_id, hold_id) references holds.account_hold,
  constraint a_capture_has_its_entry check ((change = 'captured') = (entry_no is not null))
);
select plinth.fence_by_tenant('holds.hold_event'), plinth.make_append_only('holds.hold_event');

create function holds.refuse_hold_change() returns trigger language plpgsql as $$
begin
  raise exception 'hold %: what was captured stays, what remains never rises, and what has ended stays ended', old.hold_id
    using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on holds.account_hold for each row
  when ((old.status = 'active' and new.version > old.version and new.captured >= old.captured
    and new.remaining <= old.remaining and new.tenant_id = old.tenant_id and new.hold_id = old.hold_id
    and new.account_id = old.account_id and new.currency = old.currency and new.amount = old.amount
    and new.reference is not distinct from old.reference and new.decision is not distinct from old.decision and new.placed_at = old.placed_at) is not true)
  execute function holds.refuse_hold_change();
create trigger never_removed before delete on holds.account_hold for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on holds.account_hold for each statement execute function plinth.refuse_change();
alter table holds.account_hold enable always trigger moves_forward;
alter table holds.account_hold enable always trigger never_removed;
alter table holds.account_hold enable always trigger never_truncated;
grant select, insert on holds.account_hold to plinth_holds;
grant update (captured, remaining, status, expires_at, version) on holds.account_hold to plinth_holds;
grant select, insert on holds.hold_event to plinth_holds;
grant select on holds.account_hold, holds.hold_event to plinth_auditor;

-- What an entry takes back, line by line; which hold it captures; whether it is an advice; and why.
alter table ledger.journal_entry
  add column reverses_entry_no bigint,
  add column hold_id uuid,
  add column reason text,
  -- Booked although funds, limits, dormancy or blocks spoke against it; the reason says why.
  add column advice boolean,
  -- The risk decision it was posted on.
  add column decision jsonb;
alter table ledger.journal_entry
  add constraint reverses_an_entry foreign key (tenant_id, reverses_entry_no) references ledger.journal_entry not valid,
  add constraint reverses_what_is_older check (reverses_entry_no < entry_no) not valid,
  add constraint an_advice_has_its_reason check (advice is not true or reason is not null) not valid;
alter table ledger.posting_line
  add column reverses_entry_no bigint,
  add column reverses_line_no smallint;
alter table ledger.posting_line
  add constraint reverses_a_line_of_an_entry check ((reverses_entry_no is null) = (reverses_line_no is null)) not valid;
create index entry_by_reversed on ledger.journal_entry (tenant_id, reverses_entry_no, entry_no)
  where reverses_entry_no is not null;
create index line_by_reversed on ledger.posting_line (tenant_id, reverses_entry_no, reverses_line_no)
  where reverses_entry_no is not null;
create index entry_by_hold on ledger.journal_entry (tenant_id, hold_id, entry_no) where hold_id is not null;

-- A reversing line is on the other side of the line it names, on the same account; never more is taken back than there was,
-- and nothing of what was taken back itself. Asked for such lines alone, when all rows of the statement are there.
create function ledger.refuse_reversal() returns trigger language plpgsql as $$
declare
  original record;
  taken numeric;
begin
  select l.account_id, l.side, l.currency, l.amount, l.reverses_entry_no into original
    from ledger.posting_line l
   where l.tenant_id = new.tenant_id and l.entry_no = new.reverses_entry_no and l.line_no = new.reverses_line_no;
  select sum(l.amount) into taken
    from ledger.posting_line l
   where l.tenant_id = new.tenant_id and l.reverses_entry_no = new.reverses_entry_no
     and l.reverses_line_no = new.reverses_line_no;
  if (original.account_id = new.account_id and original.currency = new.currency and original.side <> new.side
      and original.reverses_entry_no is null and taken <= original.amount
      and exists (select from ledger.journal_entry e where e.tenant_id = new.tenant_id and e.entry_no = new.entry_no
                     and e.reverses_entry_no = new.reverses_entry_no)) is not true then
    raise exception 'entry %, line %: takes back % of entry %, line %, which is not its mirror or has not so much left',
      new.entry_no, new.line_no, taken, new.reverses_entry_no, new.reverses_line_no using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger reversals_fit after insert on ledger.posting_line for each row
  when (new.reverses_entry_no is not null) execute function ledger.refuse_reversal();
alter table ledger.posting_line enable always trigger reversals_fit;
