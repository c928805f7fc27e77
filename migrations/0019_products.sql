-- Why: products with approved versions, and the terms that accounts are opened with (ADR 0016). Lock: none, new tables.
-- Risk: none; a process of an older release opens accounts without terms, as before.

create schema product;
grant usage on schema product to plinth_product, plinth_auditor;
grant usage on schema plinth to plinth_product;

create table product.product (
  tenant_id text collate "C" not null,
  product_code text collate "C" not null,
  name text not null check (name <> ''),
  created_at timestamptz(3) not null,
  -- Rises with every change of the product and its versions: nothing is written that was decided on an older one.
  row_version integer not null check (row_version >= 1),
  primary key (tenant_id, product_code)
);
select plinth.fence_by_tenant('product.product');

create function product.refuse_product_change() returns trigger language plpgsql as $$
begin
  raise exception 'product %: only its versions change', old.product_code using errcode = 'check_violation';
end $$;
create trigger stays_what_it_is before update on product.product for each row
  when ((new.tenant_id = old.tenant_id and new.product_code = old.product_code and new.name = old.name
    and new.created_at = old.created_at and new.row_version > old.row_version) is not true)
  execute function product.refuse_product_change();
create trigger never_removed before delete on product.product for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on product.product for each statement execute function plinth.refuse_change();
alter table product.product enable always trigger stays_what_it_is;
alter table product.product enable always trigger never_removed;
alter table product.product enable always trigger never_truncated;
grant select, insert on product.product to plinth_product;
grant update (row_version) on product.product to plinth_product;
grant select on product.product to plinth_auditor;

create table product.product_version (
  tenant_id text collate "C" not null,
  product_code text collate "C" not null,
  version integer not null check (version >= 1),
  version_id uuid not null,
  status text not null check (status in ('draft', 'submitted', 'approved', 'rejected')),
  effective_from date not null,
  -- RFC 8785 JSON and its SHA-256: what a decider has read, and what accounts carry a copy of.
  parameters text not null,
  checksum bytea not null,
  -- Everybody who had a hand in it; in the second list each as whoever they acted for.
  maker_subjects text[] not null check (cardinality(maker_subjects) > 0),
  maker_persons text[] not null,
  decided_by text,
  decided_on_behalf_of text,
  -- Versions are dense: each stands on the one before.
  version_before integer generated always as (nullif(version - 1, 0)) stored,
  primary key (tenant_id, product_code, version),
  foreign key (tenant_id, product_code) references product.product,
  constraint version_id_is_unique unique (tenant_id, version_id),
  constraint versions_are_dense foreign key (tenant_id, product_code, version_before) references product.product_version,
  constraint parameters_are_what_was_hashed check (checksum = sha256(convert_to(parameters, 'UTF8'))),
  constraint makers_are_pairs check (cardinality(maker_subjects) = cardinality(maker_persons)),
  constraint decided_by_somebody check ((status in ('approved', 'rejected')) = (decided_by is not null)),
  -- Who acts for somebody is that somebody, and neither decides what either had a hand in.
  constraint nobody_decides_their_own check (decided_by is null
    or (coalesce(decided_on_behalf_of, decided_by) <> all (maker_persons || maker_subjects)
        and decided_by <> all (maker_persons)))
);
select plinth.fence_by_tenant('product.product_version');

create function product.refuse_version_change() returns trigger language plpgsql as $$
begin
  raise exception 'version % of product %: it begins as a draft, and what was submitted is decided once and never changes',
    new.version, new.product_code using errcode = 'check_violation';
end $$;
create trigger begins_as_a_draft before insert on product.product_version for each row
  when ((new.status = 'draft') is not true) execute function product.refuse_version_change();
create trigger stays_as_submitted before update on product.product_version for each row
  when ((new.tenant_id = old.tenant_id and new.product_code = old.product_code and new.version = old.version
    and new.version_id = old.version_id and new.maker_subjects @> old.maker_subjects
    and new.maker_persons @> old.maker_persons
    and (old.status = 'draft' and new.status in ('draft', 'submitted')
      or old.status = 'submitted' and new.status in ('approved', 'rejected')
        and new.effective_from = old.effective_from and new.parameters = old.parameters
        and new.maker_subjects = old.maker_subjects and new.maker_persons = old.maker_persons)) is not true)
  execute function product.refuse_version_change();
create trigger never_removed before delete on product.product_version for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on product.product_version for each statement execute function plinth.refuse_change();
alter table product.product_version enable always trigger begins_as_a_draft;
alter table product.product_version enable always trigger stays_as_submitted;
alter table product.product_version enable always trigger never_removed;
alter table product.product_version enable always trigger never_truncated;
grant select, insert on product.product_version to plinth_product;
grant update (status, effective_from, parameters, checksum, maker_subjects, maker_persons, decided_by, decided_on_behalf_of)
  on product.product_version to plinth_product;
grant select on product.product_version to plinth_auditor;

-- Everything that happened to a version, by whom, why, and what it said behind it.
create table product.version_event (
  tenant_id text collate "C" not null,
  product_code text collate "C" not null,
  version integer not null,
  change_no integer not null check (change_no >= 1),
  change text not null check (change in ('drafted', 'changed', 'submitted', 'approved', 'rejected')),
  changed_by text not null,
  on_behalf_of text,
  changed_at timestamptz(3) not null,
  reason text check (reason <> ''),
  checksum bytea not null,
  primary key (tenant_id, product_code, version, change_no),
  constraint rejected_for_a_reason check (change <> 'rejected' or reason is not null),
  foreign key (tenant_id, product_code, version) references product.product_version
);
select plinth.fence_by_tenant('product.version_event'), plinth.make_append_only('product.version_event');
grant select, insert on product.version_event to plinth_product;
grant select on product.version_event to plinth_auditor;

-- The terms of an account, one row for each time that they became others: copies, so that nothing that becomes of the
-- catalogue changes them.
create table account.terms_snapshot (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  snapshot_no integer not null check (snapshot_no >= 1),
  product_code text collate "C" not null,
  product_version integer not null,
  product_version_id uuid not null,
  -- RFC 8785 JSON and its SHA-256.
  parameters text not null,
  checksum bytea not null,
  -- What the eligibility rules were tested on, likewise.
  eligibility text,
  eligibility_checksum bytea,
  -- The first day that accrues with them: the business date of the opening, or the version's.
  effective_from date not null,
  captured_at timestamptz(3) not null,
  -- Snapshots are dense: each stands on the one before.
  snapshot_before integer generated always as (nullif(snapshot_no - 1, 0)) stored,
  primary key (tenant_id, account_id, snapshot_no),
  foreign key (tenant_id, account_id) references account.account,
  constraint snapshots_are_dense foreign key (tenant_id, account_id, snapshot_before) references account.terms_snapshot,
  foreign key (tenant_id, product_code, product_version) references product.product_version,
  foreign key (tenant_id, product_version_id) references product.product_version (tenant_id, version_id),
  constraint terms_are_what_was_hashed check (checksum = sha256(convert_to(parameters, 'UTF8'))),
  constraint eligibility_is_what_was_hashed check (
    eligibility_checksum is not distinct from sha256(convert_to(eligibility, 'UTF8'))),
  constraint eligibility_is_asked_at_the_opening check (eligibility is null or snapshot_no = 1)
);
select plinth.fence_by_tenant('account.terms_snapshot'), plinth.make_append_only('account.terms_snapshot');

create function account.refuse_other_terms() returns trigger language plpgsql as $$
begin
  if exists (select from account.terms_snapshot b
      where b.tenant_id = new.tenant_id and b.account_id = new.account_id and b.snapshot_no = new.snapshot_no - 1
        and (b.product_code <> new.product_code or b.product_version >= new.product_version
          or b.effective_from > new.effective_from)) then
    raise exception 'account %: its terms become those of a newer version of its product, and never of an earlier day',
      new.account_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger terms_move_on after insert on account.terms_snapshot for each row when (new.snapshot_no > 1)
  execute function account.refuse_other_terms();
alter table account.terms_snapshot enable always trigger terms_move_on;
grant select, insert on account.terms_snapshot to plinth_account;
grant select on account.terms_snapshot to plinth_auditor;
