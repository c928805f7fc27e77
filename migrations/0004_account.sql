-- Why: chart of accounts, accounts and the one balance row of each. Lock: none, new tables. Risk: none.

create schema account;
grant usage on schema account to plinth_account, plinth_auditor;

create table account.gl_account (
  tenant_id text collate "C" not null,
  code text collate "C" not null,
  name text not null,
  type text not null check (type in ('asset', 'liability', 'equity', 'income', 'expense')),
  parent_code text collate "C",
  normal_side text not null check (normal_side in ('debit', 'credit')),
  postable boolean not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, code),
  constraint parent_is_of_the_same_type foreign key (tenant_id, parent_code, type)
    references account.gl_account (tenant_id, code, type),
  unique (tenant_id, code, type)
);
select plinth.fence_by_tenant('account.gl_account'), plinth.make_append_only('account.gl_account');
grant select, insert on account.gl_account to plinth_account;
grant select on account.gl_account to plinth_auditor;

create table account.account (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null check (account_id ~ '^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$'),
  name text not null,
  gl_code text collate "C" not null,
  currency text collate "C" not null,
  customer_id text collate "C",
  product_code text collate "C",
  metadata jsonb not null,
  opened_at timestamptz(3) not null,
  opened_on date not null,
  primary key (tenant_id, account_id),
  -- What a balance row copies from its account is held to it by a foreign key.
  unique (tenant_id, account_id, currency, gl_code),
  foreign key (tenant_id, gl_code) references account.gl_account
);
create index account_by_gl_code on account.account (tenant_id, gl_code, account_id);
create index account_by_customer on account.account (tenant_id, customer_id, account_id) where customer_id is not null;
create index account_by_product on account.account (tenant_id, product_code, account_id) where product_code is not null;
select plinth.fence_by_tenant('account.account');
grant select, insert, update (name, metadata) on account.account to plinth_account;
grant select on account.account to plinth_auditor;

-- One row holds all that a decision reads of an account, so one row lock makes the decision safe. What never changes
-- (gl_code, currency, normal_side, unlimited) is copied here so that a posting reads one row per account.
create table account.balance (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  gl_code text collate "C" not null,
  currency text collate "C" not null,
  normal_side text not null check (normal_side in ('debit', 'credit')),
  unlimited boolean not null,
  status text not null check (status in ('open', 'dormant', 'frozen', 'closed')),
  block_debits boolean not null,
  block_credits boolean not null,
  overdraft_limit numeric(38,0) not null check (overdraft_limit >= 0),
  debits numeric(38,0) not null check (debits >= 0),
  credits numeric(38,0) not null check (credits >= 0),
  held numeric(38,0) not null check (held >= 0),
  -- Counts the account's posting lines; row_version counts every change of what a decision reads.
  version bigint not null check (version >= 0),
  row_version bigint not null check (row_version >= 0),
  -- The row_version of a change that was allowed to pass the limit (an advice).
  forced_row_version bigint,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id, currency, gl_code)
    references account.account (tenant_id, account_id, currency, gl_code),
  constraint numbers_not_nan check (debits <> 'NaN' and credits <> 'NaN' and held <> 'NaN' and overdraft_limit <> 'NaN'),
  constraint closed_is_empty check (status <> 'closed' or (debits = credits and held = 0))
) with (fillfactor = 50); -- room for the next version on the same page: updates stay off the indexes
select plinth.fence_by_tenant('account.balance');
grant select, insert on account.balance to plinth_account;
grant update (status, block_debits, block_credits, overdraft_limit, debits, credits, held, version, row_version,
  forced_row_version) on account.balance to plinth_account;
grant select on account.balance to plinth_auditor;

-- Whether an account with this currency and GL account exists: asked by the ledger's trigger for an account's first line.
create function account.is_account(of_tenant text, wanted text, in_currency text, under_gl_code text) returns boolean
  language sql stable security definer set search_path = ''
  return exists (select from account.account a where a.tenant_id = of_tenant and a.account_id = wanted
                    and a.currency = in_currency and a.gl_code = under_gl_code);
revoke execute on function account.is_account(text, text, text, text) from public;
grant usage on schema account to plinth_ledger;
grant execute on function account.is_account(text, text, text, text) to plinth_ledger;

create function account.refuse_unempty_start() returns trigger language plpgsql as $$
begin
  if new.debits <> 0 or new.credits <> 0 or new.held <> 0 or new.version <> 0 or new.row_version <> 0 then
    raise exception 'the balance of account % starts at zero', new.account_id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger starts_at_zero before insert on account.balance
  for each row execute function account.refuse_unempty_start();
alter table account.balance enable always trigger starts_at_zero;

-- The two sets of rows are joined by hash: a plan made for two rows would otherwise compare every row with every other.
create function account.refuse_balance_change() returns trigger language plpgsql
  set enable_nestloop = off set enable_hashjoin = on as $$
declare broken record;
begin
  select n.account_id, n.credits - n.debits - n.held + n.overdraft_limit as available,
         (o.account_id is not null and n.row_version = o.row_version + 1 and n.version >= o.version
          and n.debits >= o.debits and n.credits >= o.credits and o.status <> 'closed') as sound into broken
    from new_rows n left join old_rows o on o.tenant_id = n.tenant_id and o.account_id = n.account_id
   where (o.account_id is not null and n.row_version = o.row_version + 1 and n.version >= o.version
          and n.debits >= o.debits and n.credits >= o.credits and o.status <> 'closed') is not true
      or (not n.unlimited
          and n.credits - n.debits - n.held + n.overdraft_limit < 0
          and n.credits - n.debits - n.held < o.credits - o.debits - o.held
          and n.forced_row_version is distinct from n.row_version)
   limit 1;
  if not found then return null; end if;
  if broken.sound then
    raise exception 'account % would be overdrawn beyond its limit: available %', broken.account_id, broken.available
      using errcode = 'check_violation';
  end if;
  raise exception 'account %: a balance row changes by one row_version, its turnovers never fall, a closed one never changes',
    broken.account_id using errcode = 'check_violation';
end $$;
create trigger limits_and_versions after update on account.balance
  referencing old table as old_rows new table as new_rows
  for each statement execute function account.refuse_balance_change();
alter table account.balance enable always trigger limits_and_versions;

create trigger never_removed before delete on account.balance for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on account.balance for each statement execute function plinth.refuse_change();
alter table account.balance enable always trigger never_removed;
alter table account.balance enable always trigger never_truncated;
create trigger never_removed before delete on account.account for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on account.account for each statement execute function plinth.refuse_change();
alter table account.account enable always trigger never_removed;
alter table account.account enable always trigger never_truncated;
