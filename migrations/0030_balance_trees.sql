-- Why: what customers had at the end of each closed day stands under a signed root, so that each can see that their balance is in
-- the bank's totals (ADR 0029). Lock: none, new tables. Risk: none; the first rounds of the worker make the trees of all days
-- that are closed, some seconds for 100 000 accounts and a day.

-- The trees of a closed day, one for each currency, under one signed note.
create table evidence.balance_day (
  tenant_id text collate "C" not null,
  business_date date not null,
  -- What places, shares and salts of the day follow from. Never answered: a proof carries the two salts of its own account.
  secret bytea not null check (length(secret) = 32),
  -- The signed note, whole, as it is answered.
  note text not null check (note <> ''),
  verifier_key text collate "C" not null,
  made_at timestamptz(3) not null,
  primary key (tenant_id, business_date),
  foreign key (tenant_id, verifier_key) references evidence.signing_key
);
select plinth.fence_by_tenant('evidence.balance_day'), plinth.make_append_only('evidence.balance_day');

-- What all customer accounts in a currency come to, those that stand in credit and those that stand in debit apart.
create table evidence.balance_tree (
  tenant_id text collate "C" not null,
  business_date date not null,
  currency text collate "C" not null,
  accounts integer not null check (accounts >= 1),
  credit_balances numeric(38,0) not null check (credit_balances >= 0 and credit_balances <> 'NaN'),
  debit_balances numeric(38,0) not null check (debit_balances >= 0 and debit_balances <> 'NaN'),
  root_hash bytea not null check (length(root_hash) = 32),
  primary key (tenant_id, business_date, currency),
  foreign key (tenant_id, business_date) references evidence.balance_day
);
select plinth.fence_by_tenant('evidence.balance_tree'), plinth.make_append_only('evidence.balance_tree');

-- 256 leaves beside each other, and what they come to. A node is 64 bytes: its hash and its two sums.
create table evidence.balance_block (
  tenant_id text collate "C" not null,
  business_date date not null,
  currency text collate "C" not null,
  block_no integer not null check (block_no >= 0),
  -- Of the first leaf: leaves stand in the order of their places.
  first_place bigint not null check (first_place >= 0),
  root bytea not null check (length(root) = 64),
  leaves bytea not null check (length(leaves) between 64 and 16384 and length(leaves) % 64 = 0),
  primary key (tenant_id, business_date, currency, block_no),
  foreign key (tenant_id, business_date, currency) references evidence.balance_tree
);
select plinth.fence_by_tenant('evidence.balance_block'), plinth.make_append_only('evidence.balance_block');

grant select, insert on evidence.balance_day, evidence.balance_tree, evidence.balance_block to plinth_evidence;
grant select on evidence.balance_day, evidence.balance_tree, evidence.balance_block to plinth_auditor;
