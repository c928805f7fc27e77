-- Why: what accounts are charged by their terms, what is added to accrued interest other than by days, and since when an account
-- has its status (ADR 0021). Lock: ACCESS EXCLUSIVE on account.balance for a moment, for a column that nothing has yet.
-- Risk: none, no row is touched.

-- The business date on which the status last changed; null if it never has, or only before this migration. An account that was
-- woken up is not dormant again the next night.
alter table account.balance add column status_since date;
grant update (status_since) on account.balance to plinth_account;

-- What accrued sums change by other than by days: what an outside engine says has accrued, and what stands below zero when an
-- account is closed and is settled with it. In minor units; below zero what is taken back.
create table interest.adjustment (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  -- That moves it on the GL accounts of accrued interest; of an outside engine one entry for each key.
  entry_id uuid not null,
  reason text not null check (reason in ('instructed', 'settled')),
  value_date date not null,
  credit numeric(38,0) not null check (credit <> 'NaN'),
  debit numeric(38,0) not null check (debit <> 'NaN'),
  primary key (tenant_id, account_id, entry_id),
  foreign key (tenant_id, account_id) references interest.accrued,
  constraint changes_something check (credit <> 0 or debit <> 0)
);
select plinth.fence_by_tenant('interest.adjustment'), plinth.make_append_only('interest.adjustment');
grant select, insert on interest.adjustment to plinth_interest;
grant select on interest.adjustment to plinth_auditor;

-- What accounts were charged for periods that have ended: each fee of a product once for each period.
create table interest.fee (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  code text collate "C" not null,
  -- The last day of the period.
  period_end date not null,
  snapshot_no integer not null,
  -- Minor units.
  amount numeric(38,0) not null check (amount > 0 and amount <> 'NaN'),
  entry_id uuid not null,
  constraint charged_once primary key (tenant_id, account_id, code, period_end),
  constraint an_entry_for_each_fee unique (tenant_id, entry_id),
  foreign key (tenant_id, account_id, snapshot_no) references account.terms_snapshot
);
select plinth.fence_by_tenant('interest.fee'), plinth.make_append_only('interest.fee');
grant select, insert on interest.fee to plinth_interest;
grant select on interest.fee to plinth_auditor;
