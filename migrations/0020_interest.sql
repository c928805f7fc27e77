-- Why: what accounts have accrued, day by day, and what of it was capitalised (ADR 0017). Lock: none, new tables.
-- Risk: none; nothing accrues until an end of day is run.

create schema interest;
grant usage on schema interest to plinth_interest, plinth_auditor;
grant usage on schema plinth to plinth_interest;

-- The sub-ledger of the accrued GL accounts: what each day accrued, and by how much the rounded sums changed with it. Of a
-- back-valued line the days that it touches get a row more.
create table interest.accrual (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  day date not null,
  revision integer not null check (revision >= 0),
  -- The business date whose end of day made it.
  booked_on date not null,
  -- At the end of the day by value date: credits less debits, minor units.
  balance numeric(38,0) not null check (balance <> 'NaN'),
  -- The part of a year that the day is, in 1 603 080ths: the least common multiple of 360, 365 and 366.
  parts integer not null check (parts >= 0),
  snapshot_no integer not null,
  -- Minor units times parts of a year: nothing is rounded.
  credit_exact numeric not null check (credit_exact <> 'NaN'),
  debit_exact numeric not null check (debit_exact <> 'NaN'),
  -- Minor units.
  credit_posted numeric(38,0) not null check (credit_posted <> 'NaN'),
  debit_posted numeric(38,0) not null check (debit_posted <> 'NaN'),
  -- In which they are posted, summed with those of other accounts.
  entry_id uuid,
  -- Revisions are dense: each stands on the one before.
  revision_before integer generated always as (nullif(revision - 1, -1)) stored,
  primary key (tenant_id, account_id, day, revision),
  constraint revisions_are_dense foreign key (tenant_id, account_id, day, revision_before) references interest.accrual,
  foreign key (tenant_id, account_id, snapshot_no) references account.terms_snapshot,
  constraint changes_are_posted check ((entry_id is null) = (credit_posted = 0 and debit_posted = 0))
);
select plinth.fence_by_tenant('interest.accrual'), plinth.make_append_only('interest.accrual');
grant select, insert on interest.accrual to plinth_interest;
grant select on interest.accrual to plinth_auditor;

-- Where each account stands, so that the next run reads new lines only.
create table interest.accrued (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  first_day date not null,
  accrued_through date not null,
  -- What has accrued since then is not capitalised yet, but for what was carried.
  period_start date not null,
  -- The terms on whose GL accounts the rounded sums stand.
  snapshot_no integer not null,
  -- What the lines up to this version come to; all of them are of a value date that has accrued.
  base_version bigint not null check (base_version >= 0),
  base_balance numeric(38,0) not null check (base_balance <> 'NaN'),
  -- Lines up to this one have been looked at.
  seen_version bigint not null,
  -- Capitalised, counted in the balance, and its line not met yet.
  unmet numeric(38,0) not null check (unmet <> 'NaN'),
  credit_exact numeric not null,
  credit_rounded numeric(38,0) not null,
  debit_exact numeric not null,
  debit_rounded numeric(38,0) not null,
  row_version bigint not null,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id, snapshot_no) references account.terms_snapshot,
  constraint days_follow check (accrued_through >= first_day and period_start between first_day and accrued_through + 1),
  constraint base_was_seen check (seen_version >= base_version),
  constraint rounded_is_exact_rounded check (
    abs(credit_exact - credit_rounded * 1603080) < 1603080 and abs(debit_exact - debit_rounded * 1603080) < 1603080)
) with (fillfactor = 70);
select plinth.fence_by_tenant('interest.accrued');

create function interest.refuse_going_back() returns trigger language plpgsql as $$
begin
  raise exception 'account %: what has accrued is not accrued again', old.account_id using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on interest.accrued for each row
  when ((new.tenant_id = old.tenant_id and new.account_id = old.account_id and new.first_day = old.first_day
    and new.accrued_through >= old.accrued_through and new.period_start >= old.period_start
    and new.snapshot_no >= old.snapshot_no and new.base_version >= old.base_version
    and new.seen_version >= old.seen_version and new.row_version = old.row_version + 1) is not true)
  execute function interest.refuse_going_back();
create trigger never_removed before delete on interest.accrued for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on interest.accrued for each statement execute function plinth.refuse_change();
alter table interest.accrued enable always trigger moves_forward;
alter table interest.accrued enable always trigger never_removed;
alter table interest.accrued enable always trigger never_truncated;
grant select, insert, update (accrued_through, period_start, snapshot_no, base_version, base_balance, seen_version, unmet,
  credit_exact, credit_rounded, debit_exact, debit_rounded, row_version) on interest.accrued to plinth_interest;
grant select on interest.accrued to plinth_auditor;

-- What the end of a period moves on to the account: due when the last day has accrued, and posted by a later step.
create table interest.capitalisation (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  value_date date not null,
  period_start date not null,
  booked_on date not null,
  snapshot_no integer not null,
  credit numeric(38,0) not null check (credit >= 0 and credit <> 'NaN'),
  tax numeric(38,0) not null,
  debit numeric(38,0) not null check (debit >= 0 and debit <> 'NaN'),
  entry_id uuid,
  primary key (tenant_id, account_id, value_date),
  foreign key (tenant_id, account_id) references interest.accrued,
  foreign key (tenant_id, account_id, snapshot_no) references account.terms_snapshot,
  constraint moves_something check (credit + debit > 0),
  constraint tax_is_of_the_credit check (tax between 0 and credit),
  constraint value_date_ends_the_period check (value_date > period_start)
);
create index capitalisation_due on interest.capitalisation (tenant_id, account_id, value_date) where entry_id is null;
select plinth.fence_by_tenant('interest.capitalisation');

create function interest.refuse_other_capitalisation() returns trigger language plpgsql as $$
begin
  raise exception 'account %: what is capitalised of value % is posted once and stays what it is', old.account_id,
    old.value_date using errcode = 'check_violation';
end $$;
create trigger posted_once before update on interest.capitalisation for each row
  when ((old.entry_id is null and new.entry_id is not null and new.tenant_id = old.tenant_id
    and new.account_id = old.account_id and new.value_date = old.value_date and new.period_start = old.period_start
    and new.booked_on = old.booked_on and new.snapshot_no = old.snapshot_no and new.credit = old.credit
    and new.tax = old.tax and new.debit = old.debit) is not true)
  execute function interest.refuse_other_capitalisation();
create trigger never_removed before delete on interest.capitalisation for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on interest.capitalisation for each statement execute function plinth.refuse_change();
alter table interest.capitalisation enable always trigger posted_once;
alter table interest.capitalisation enable always trigger never_removed;
alter table interest.capitalisation enable always trigger never_truncated;
grant select, insert, update (entry_id) on interest.capitalisation to plinth_interest;
grant select on interest.capitalisation to plinth_auditor;
