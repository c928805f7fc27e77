-- Why: what an account may spend in one posting, a day or a month, and what it has spent of it (ADR 0014). Lock: ACCESS
-- EXCLUSIVE on balance and account_hold for a moment: columns without a default are added and nothing is rewritten; the
-- partial index is built over rows that do not exist yet. Risk: a process of an older release would change counted accounts
-- and holds without counting; it is replaced before the first limit is set.

alter table account.balance
  -- The account's own limits, amounts in minor units of its currency. Null: none.
  add column spending_limits jsonb,
  -- Since when its spending is counted, always the first of a month. Null: not yet, no limit has asked for it.
  add column counted_from date;
alter table account.balance
  add constraint limits_are_a_list check (jsonb_typeof(spending_limits) = 'array' and spending_limits <> '[]') not valid,
  add constraint counted_from_a_first check (extract(day from counted_from) = 1) not valid,
  add constraint unlimited_is_not_counted
    check (not unlimited or (spending_limits is null and counted_from is null)) not valid;
create index balance_with_limits on account.balance (tenant_id, account_id) where spending_limits is not null;
grant update (spending_limits, counted_from) on account.balance to plinth_account;

create function account.refuse_recount() returns trigger language plpgsql as $$
begin
  raise exception 'account %: its spending is counted since %, and that stays', old.account_id, old.counted_from
    using errcode = 'check_violation';
end $$;
create trigger counting_goes_on after update of counted_from on account.balance for each row
  when (old.counted_from is not null and new.counted_from is distinct from old.counted_from)
  execute function account.refuse_recount();
alter table account.balance enable always trigger counting_goes_on;

-- What a counted account has spent, by booking date and by its month, and by transaction code: the net debits of its postings
-- and its holds, on the day on which they were placed.
create table account.spending (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  period text collate "C" not null check (period in ('day', 'month')),
  period_start date not null,
  -- Empty: holds that name none.
  transaction_code text collate "C" not null,
  count bigint not null,
  amount numeric(38,0) not null,
  primary key (tenant_id, account_id, period, period_start, transaction_code),
  foreign key (tenant_id, account_id) references account.balance,
  constraint never_less_than_nothing check (count >= 0 and amount >= 0 and amount <> 'NaN'),
  constraint months_start_on_their_first check (period = 'day' or extract(day from period_start) = 1)
) with (fillfactor = 70);
select plinth.fence_by_tenant('account.spending');
create trigger never_removed before delete on account.spending for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on account.spending for each statement execute function plinth.refuse_change();
alter table account.spending enable always trigger never_removed;
alter table account.spending enable always trigger never_truncated;
grant select, insert, update (count, amount) on account.spending to plinth_account;
grant select on account.spending to plinth_auditor;

-- What a hold will be captured with, and the day whose limits it counts against. Holds from before name neither and are not
-- counted.
alter table holds.account_hold
  add column transaction_code text collate "C",
  add column placed_on date;
create function holds.refuse_other_limits() returns trigger language plpgsql as $$
begin
  raise exception 'hold %: its transaction code and the day on which it was placed stay', old.hold_id
    using errcode = 'check_violation';
end $$;
create trigger keeps_its_limits before update on holds.account_hold for each row
  when (new.transaction_code is distinct from old.transaction_code or new.placed_on is distinct from old.placed_on)
  execute function holds.refuse_other_limits();
alter table holds.account_hold enable always trigger keeps_its_limits;
